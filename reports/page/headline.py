"""The answer first: what is fastest here, and what else a run found, in a few words each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from reports.claims.file import load_claims
from reports.claims.tables import count_verdicts
from reports.claims.verdict import Ruling, judge_claims
from reports.drawing.numbers import render_estimate, render_mebibytes, render_ratio, render_seconds
from reports.page.names import ARMS, name_device, name_row
from reports.page.runs import Run
from reports.page.sections.benchmarks import MOST_PICTURES
from reports.page.sections.speed import tell_rate
from reports.summary.case import CaseSummary
from reports.summary.fields import Field
from reports.summary.metric import FIRST_BATCH, RATE
from reports.summary.reference import CPU
from reports.summary.summary import Summary
from reports.sweep.result import judge_sweep, recommend
from reports.tables.benchmarks import answer as answer_benchmarks, list_groups, tell_time
from reports.tables.notes import tell_winners
from reports.tables.pipelines import answer
from reports.traces.lines import tell_verdict

Number = TypeVar("Number", int, float)


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
    facts = _list_facts(run.summary) if run.summary else []
    if run.traces:
        facts.append(_describe_trace(run))
    return Headline(_write_sentence(run, facts), tuple(facts))


def _write_sentence(run: Run, facts: list[Fact]) -> str:
    if run.sweep is not None:
        return recommend(judge_sweep(run.sweep))
    if run.summary and run.summary.pipelines and (told := answer(run.summary)):
        return "; ".join(told)
    if run.summary and run.summary.benchmarks:
        return answer_benchmarks(run.summary)
    if run.summary and run.summary.fields:
        return _answer(run.summary.fields[0])
    return f"{facts[0].about}: {facts[0].answer}" if facts else "Nothing of this run could be read"


def _answer(field: Field) -> str:
    """Such as: the fastest here: a, not to be told from b and c."""
    if not field.fastest.get(RATE).has_interval:
        return f"The highest median here: {name_row(field.fastest)}. Too few turns to call it the fastest"
    level = [name_row(ranked.case) for ranked in field.ranked if ranked.is_level]
    return f"The fastest here: {name_row(field.fastest)}{f', not to be told from {_join(level)}' if level else ''}"


def _join(names: list[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _list_facts(summary: Summary) -> list[Fact]:
    if summary.benchmarks:
        return _describe_groups(summary)
    facts = [_describe_fastest(field) for field in summary.fields]
    facts += [*_describe_first_batch(summary), *_describe_memory(summary), *_describe_devices(summary)]
    return [*facts, *_describe_claims(summary)]


def _describe_groups(summary: Summary) -> list[Fact]:
    """The fastest of each group of another project's benchmarks, as far as there are pictures of them."""
    fastest = [(group, timed[0]) for group, timed in list_groups(summary).items() if timed[0].rank]
    return [Fact(f"Fastest of {group}", best.name, tell_time(best.case)) for group, best in fastest[:MOST_PICTURES]]


def _describe_fastest(field: Field) -> Fact:
    best, reference = field.fastest, field.reference
    meaning = f" ({ARMS[field.arm]})" if field.arm in ARMS else ""
    ratio = ""
    if reference is not None and best is not reference and best.ratio is not None:
        ratio = f", {render_estimate(best.ratio, render_ratio)} times {reference.name}"
    return Fact(
        f"Fastest, {field.arm} arm{meaning}, {name_device(field.device)}",
        name_row(best),
        f"{tell_rate(best.get(RATE))}{ratio}",
    )


def _describe_first_batch(summary: Summary) -> list[Fact]:
    waits = [
        (wait.median, ranked.case)
        for field in summary.fields[:1]
        for ranked in field.ranked
        if (wait := ranked.case.find(FIRST_BATCH)) is not None and wait.median
    ]
    told = _find_ends(waits)
    if told is None:
        return []
    (shortest, first), (longest, last) = told
    note = f"{render_seconds(shortest)}; the longest, {name_row(last)}, {render_seconds(longest)}"
    return [Fact(f"Shortest wait for the first batch, {first.arm} arm", name_row(first), note)]


def _describe_memory(summary: Summary) -> list[Fact]:
    read = [
        (case.memory.live_bytes, case)
        for case in summary.cases
        if case.group == "memory" and case.memory is not None and case.memory.live_bytes
    ]
    told = _find_ends(read)
    if told is None:
        return []
    (least, first), (most, last) = told
    note = f"{render_mebibytes(least)} MiB live; the most, {name_row(last)}, {render_mebibytes(most)} MiB"
    return [Fact("Least memory", name_row(first), note)]


def _describe_devices(summary: Summary) -> list[Fact]:
    """What another device gains most over the CPU, inference apart, and from where on it predicts faster."""
    beside = [
        (ratio.median, render_estimate(ratio, render_ratio), case)
        for case in summary.timed
        if case.group == "devices" and (ratio := case.cpu_ratio) is not None
    ]
    if not beside:
        return []
    _, gained, best = max(beside, key=lambda each: each[0])
    about = f"Most gained on the {name_device(best.device)}"
    return [Fact(about, f"{best.consumer}: {gained} times the {name_device(CPU)}", "; ".join(tell_winners(summary)))]


def _find_ends(values: Sequence[tuple[Number, CaseSummary]]) -> tuple[tuple[Number, CaseSummary], ...] | None:
    """The smallest and the largest value, each with its case; None of fewer than two, which are neither."""
    if len(values) < 2:  # noqa: PLR2004  # one is neither
        return None
    return min(values, key=lambda pair: pair[0]), max(values, key=lambda pair: pair[0])


def _describe_claims(summary: Summary) -> list[Fact]:
    verdicts = judge_claims(load_claims(), summary)
    run = [verdict for verdict in verdicts if verdict.kind is not Ruling.NOT_RUN]
    return [Fact("What people say of tf.data", count_verdicts(run), f"of {len(verdicts)} claims")] if run else []


def _describe_trace(run: Run) -> Fact:
    if len(run.traces) == 1:
        said = tell_verdict(run.traces[0])[0]
        return Fact("The profiler's trace", said.partition(":")[0], said.partition(":")[2].strip())
    told = [trace.verdict for trace in run.traces if trace.verdict is not None]
    unclear = len(run.traces) - len(told)
    bound = f"{sum(verdict.is_input_bound for verdict in told)} of {len(told)} input-bound"
    return Fact(
        "The profiler's traces",
        bound if told else "none tells whether input holds it up",
        f"{unclear} cannot tell; pictures of each below" if told and unclear else "pictures of each below",
    )
