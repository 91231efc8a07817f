"""The answer first: what is fastest here, and what else a run found, in a few words each."""

from __future__ import annotations

from dataclasses import dataclass

from reports.claims.claim import Kind, judge_claims, load_claims
from reports.drawing.numbers import render_estimate, render_mebibytes, render_rate, render_ratio, render_seconds
from reports.page.names import ARMS, name_device, name_row
from reports.page.runs import Run
from reports.page.sections.claims import tally
from reports.record.record import REFERENCE, CaseRecord, Record
from reports.summary.estimates import estimate_first_batch_s, estimate_rate, estimate_speed_ratio, read_turns
from reports.summary.selection import rank_fields
from reports.summary.summary import summarize
from reports.traces.tables import describe_verdict


@dataclass(frozen=True)
class Fact:
    """One thing that the run found: what it is about, the answer, and what belongs to it."""

    about: str
    answer: str
    note: str


@dataclass(frozen=True)
class Headline:
    """The one sentence, and the facts beside it."""

    sentence: str
    facts: tuple[Fact, ...]


def write_headline(run: Run) -> Headline:
    """What a reader should know who reads nothing else."""
    facts = _list_facts(run.record) if run.record else []
    if run.traces:
        facts.append(_describe_trace(run))
    return Headline(_write_sentence(run, facts), tuple(facts))


def _write_sentence(run: Run, facts: list[Fact]) -> str:
    fields = rank_fields(run.record) if run.record else {}
    if fields:
        return _answer(next(iter(fields.values())))
    return f"{facts[0].about}: {facts[0].answer}" if facts else "Nothing of this run could be read"


def _answer(ranked: list[CaseRecord]) -> str:
    """Such as: the fastest here: a, not to be told from b and c."""
    best = estimate_rate(ranked[0])
    if not best.has_interval:
        return f"The highest median here: {name_row(ranked[0])}. Too few turns to call it the fastest"
    level = [name_row(case) for case in ranked[1:] if estimate_rate(case).overlaps(best)]
    return f"The fastest here: {name_row(ranked[0])}{f', not to be told from {_join(level)}' if level else ''}"


def _join(names: list[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _list_facts(record: Record) -> list[Fact]:
    facts = [_describe_fastest(ranked) for ranked in rank_fields(record).values()]
    return [*facts, *_describe_first_batch(record), *_describe_memory(record), *_describe_claims(record)]


def _describe_fastest(ranked: list[CaseRecord]) -> Fact:
    best, rate = ranked[0], estimate_rate(ranked[0])
    meaning = f" ({ARMS[best.arm]})" if best.arm in ARMS else ""
    reference = next((case for case in ranked if case.name == REFERENCE), None)
    ratio = "" if reference is None or reference is best else _compare(best, reference)
    return Fact(
        f"Fastest, {best.arm} arm{meaning}, {name_device(best.device)}",
        name_row(best),
        f"{render_estimate(rate, render_rate)} examples/s{ratio}",
    )


def _compare(case: CaseRecord, reference: CaseRecord) -> str:
    if not read_turns("time", case).keys() & read_turns("time", reference).keys():
        return ""
    return f", {render_estimate(estimate_speed_ratio(case, reference), render_ratio)} times {reference.name}"


def _describe_first_batch(record: Record) -> list[Fact]:
    waits = [
        (estimate_first_batch_s(case).median, case)
        for ranked in list(rank_fields(record).values())[:1]
        for case in ranked
        if estimate_first_batch_s(case).median
    ]
    if len(waits) < 2:  # noqa: PLR2004  # one is neither shortest nor longest
        return []
    (shortest, first), (longest, last) = min(waits, key=lambda pair: pair[0]), max(waits, key=lambda pair: pair[0])
    note = f"{render_seconds(shortest)}; the longest, {name_row(last)}, {render_seconds(longest)}"
    return [Fact(f"Shortest wait for the first batch, {first.arm} arm", name_row(first), note)]


def _describe_memory(record: Record) -> list[Fact]:
    read = [
        (case.memory.live_bytes, case)
        for case in record.cases
        if case.group == "memory" and case.memory is not None and case.memory.live_bytes
    ]
    if len(read) < 2:  # noqa: PLR2004  # one is neither least nor most
        return []
    (least, first), (most, last) = min(read, key=lambda pair: pair[0]), max(read, key=lambda pair: pair[0])
    note = f"{render_mebibytes(least)} MiB live; the most, {name_row(last)}, {render_mebibytes(most)} MiB"
    return [Fact("Least memory", name_row(first), note)]


def _describe_claims(record: Record) -> list[Fact]:
    verdicts = judge_claims(load_claims(), summarize(record))
    run = [verdict for verdict in verdicts if verdict.kind is not Kind.NOT_RUN]
    return [Fact("What people say of tf.data", tally(run), f"of {len(verdicts)} claims")] if run else []


def _describe_trace(run: Run) -> Fact:
    bound = [trace for trace in run.traces if trace.verdict is not None and trace.verdict.is_input_bound]
    if len(run.traces) == 1:
        said = describe_verdict(run.traces[0])[0]
        return Fact("The profiler's trace", said.partition(":")[0], said.partition(":")[2].strip())
    return Fact("The profiler's traces", f"{len(bound)} of {len(run.traces)} input-bound", "pictures of each below")
