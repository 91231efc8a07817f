"""What a sweep amounts to, computed once from its record: a row for each pipeline, the front, the recommendation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reports.drawing.numbers import count_things, render_estimate, render_ratio
from reports.record.proposal import Candidate
from reports.record.record import CaseRecord
from reports.stats.median import Estimate
from reports.summary.case import CaseSummary, summarize_cases
from reports.summary.metric import DISPLACEMENT, FIRST_BATCH, LIVE_BYTES, Metric
from reports.sweep.race import FEWEST_PAIRS, LEVEL_SHARE, choose_winner, estimate_gain, estimate_ratios, has_gained
from reports.sweep.record import Dropped, SweepRecord

EQUAL_MIXING = 0.02  # by which the scores of two passes over one pipeline differ
ALIKE_BYTES = LIVE_BYTES.spread or 1.0  # by which two readings of one pipeline differ, as a factor


@dataclass(frozen=True)
class SweepRow:
    """The pipeline as it is, or a candidate.

    Args:
        name: Its name.
        candidate: What was proposed; None for the pipeline as it is.
        drained: Its turns in the race; None where it has none.
        fed: Its turns with an emulated accelerator; None where that was not measured.
        memory: What it holds; None where that was not read.
        mixing: How well it mixes; None likewise.
        dropped: Why it left the race; None for one that stayed.
        is_winner: True for the candidate that won the race.
        is_dominated: True if another is surely better in something and in nothing surely worse.
    """

    name: str
    candidate: Candidate | None
    drained: CaseSummary | None = None
    fed: CaseSummary | None = None
    memory: CaseSummary | None = None
    mixing: CaseSummary | None = None
    dropped: Dropped | None = None
    is_winner: bool = False
    is_dominated: bool = False


@dataclass(frozen=True)
class SweepResult:
    """What a sweep found.

    Args:
        record: The sweep.
        rows: The pipeline as it is, and then the candidates, the fastest first.
        winner: The candidate that won the race; None where none was faster.
        gain: How many times as fast it is on fresh pairs; None where there are none.
    """

    record: SweepRecord
    rows: tuple[SweepRow, ...]
    winner: Candidate | None
    gain: Estimate | None

    @property
    def is_recommended(self) -> bool:
        """True if fresh pairs show that the winner is faster."""
        return self.record.has_confirmed and has_gained(self.gain)


def find_winner(record: SweepRecord) -> str | None:
    """The candidate that won the race; None where none was faster, and as long as it goes on."""
    if not record.has_raced:
        return None
    ratios = estimate_ratios([case for case in record.cases if case.consumer == "drain"])
    left = {name: ratio for name, ratio in ratios.items() if name in record.left}
    return choose_winner(left, lambda name: _count_changes(record, name))


def _count_changes(record: SweepRecord, name: str) -> int:
    candidate = record.find_candidate(name)
    return 0 if candidate is None else len(candidate.changes)


def judge_sweep(record: SweepRecord) -> SweepResult:
    """What a sweep found, as far as it has come."""
    winner = find_winner(record)
    named = {each.name: each for each in record.dropped}
    cases = refer_to_first(record)
    found = {(each.name, each.consumer): each for each in summarize_cases(cases)}
    rows = [
        SweepRow(
            name,
            record.find_candidate(name),
            drained=found.get((name, "drain")),
            fed=found.get((name, "emulated")),
            memory=found.get((name, "memory")),
            mixing=found.get((name, "order")),
            dropped=named.get(name),
            is_winner=name == winner,
        )
        for name in record.names
    ]
    marked = [replace(row, is_dominated=any(_dominates(other, row) for other in rows)) for row in rows]
    confirmation = record.confirmation
    gain = None if confirmation is None else estimate_gain(confirmation.differences)
    chosen = None if winner is None else record.find_candidate(winner)
    return SweepResult(record, (marked[0], *sorted(marked[1:], key=_rank)), chosen, gain)


def refer_to_first(record: SweepRecord) -> list[CaseRecord]:
    """The records of a sweep's cases, whose ratios are to the pipeline as it is."""
    return [
        replace(each, case=replace(each.case, subject=replace(each.case.subject, reference=record.original)))
        for each in record.cases
    ]


def _rank(row: SweepRow) -> float:
    """The fastest first, and what was not measured last."""
    return 0.0 if row.drained is None or row.drained.ratio is None else -row.drained.ratio.median


def _dominates(row: SweepRow, other: SweepRow) -> bool:
    """True if it is surely better in something, and in nothing surely worse."""
    compared = [compare(row, other) for compare in COMPARISONS]
    return max(compared) > 0 and min(compared) == 0


def _compare_speed(row: SweepRow, other: SweepRow) -> int:
    """1 if it is surely faster, -1 if surely slower, by the ratios within rounds."""
    return _compare(_find_ratio(row), _find_ratio(other))


def _find_ratio(row: SweepRow) -> Estimate | None:
    if row.candidate is None:
        return Estimate(1.0, 1.0, 1.0, 0)
    return None if row.drained is None else row.drained.ratio


def _compare_first_batch(row: SweepRow, other: SweepRow) -> int:
    waits = [None if each.drained is None else each.drained.find(FIRST_BATCH) for each in (row, other)]
    return _compare(waits[1], waits[0])


def _compare_memory(row: SweepRow, other: SweepRow) -> int:
    held, others = (_read(each.memory, LIVE_BYTES) for each in (row, other))
    if held is None or others is None:
        return 0
    return int(ALIKE_BYTES**2 * held < others) - int(ALIKE_BYTES**2 * others < held)


def _compare_mixing(row: SweepRow, other: SweepRow) -> int:
    score, others = (_read(each.mixing, DISPLACEMENT) for each in (row, other))
    if score is None or others is None:
        return 0
    return int(score > others + EQUAL_MIXING) - int(others > score + EQUAL_MIXING)


COMPARISONS: Sequence[Callable[[SweepRow, SweepRow], int]] = (
    *(_compare_speed, _compare_first_batch, _compare_memory, _compare_mixing),
)


def _compare(one: Estimate | None, other: Estimate | None) -> int:
    """1 if the whole interval lies above the other's, and not by next to nothing; -1 if below; 0 where neither is."""
    if one is None or other is None or one.low is None or one.high is None or other.low is None or other.high is None:
        return 0
    return int(LEVEL_SHARE * one.low > other.high) - int(LEVEL_SHARE * other.low > one.high)


def _read(case: CaseSummary | None, metric: Metric) -> float | None:
    estimate = None if case is None else case.find(metric)
    return None if estimate is None else estimate.median


def recommend(result: SweepResult) -> str:
    """What to do, in one sentence; a gain is that of the fresh pairs, and no other."""
    record, winner = result.record, result.winner
    original = record.original
    if not record.proposal.candidates:
        return f"leave {original} as it is: no change is known that surely keeps its meaning"
    if not record.has_raced or (winner is not None and not record.has_confirmed):
        return "not finished: the same command with the same --out goes on"
    return _judge_race(result) if winner is None else _judge_pairs(result, winner.name)


def _judge_race(result: SweepResult) -> str:
    """What is told of a race that nobody won."""
    record, of = result.record, count_things(len(result.rows) - 1, "candidate")
    if any(row.drained is not None for row in result.rows[1:]):
        return f"leave {record.original} as it is: no gain could be shown, none of {of} was faster"
    if all(each.has_failed for each in record.dropped):
        return f"leave {record.original} as it is: none of {of} could be measured"
    return f"no gain could be shown: there was no time for {of}, give more with --budget"


def _judge_pairs(result: SweepResult, winner: str) -> str:
    original, confirmation, gain = result.record.original, result.record.confirmation, result.gain
    pairs = count_things(0 if gain is None else gain.count, "fresh pair")
    why = "" if confirmation is None or not confirmation.why else f": {confirmation.why}"
    if gain is None or gain.low is None:
        return f"no gain could be shown: {winner} has {pairs} of the {FEWEST_PAIRS} that it takes{why}"
    told = f"{render_estimate(gain, render_ratio, (1.0,))} times as fast as {original} on {pairs}"
    if has_gained(gain):
        return f"change {original} to {winner}: {told} of processes"
    return f"leave {original} as it is: no gain could be shown, {winner} won the race and is {told}"
