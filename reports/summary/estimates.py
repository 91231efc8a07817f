"""Estimates from a case's turns: rate, first batch, busy share, ratio to another case."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reports.record.record import CaseRecord, Sample
from reports.stats.median import Estimate, estimate_median
from reports.stats.paired import estimate_ratio

NANOSECONDS = 1_000_000_000
BUSY_SHARE = 0.90  # MLPerf Storage asks it of most workloads: Submission_guidelines.md, table 1


def estimate_rate(case: CaseRecord) -> Estimate:
    """Examples per second, over whole turns."""
    return estimate_median(list(_rates(case).values()))


def estimate_first_batch_s(case: CaseRecord) -> Estimate:
    """Seconds from the making of the iterator to the first batch."""
    return estimate_median([(turn.sample.first_batch_ns or 0) / NANOSECONDS for turn in case.turns])


def estimate_busy_share(case: CaseRecord) -> Estimate:
    """The share of time, 0 to 1, that the consumer computed: MLPerf Storage's accelerator utilisation.

    The wait for the first batch is left out, as there: it is told on its own.

    Raises:
        ValueError: the consumer only takes.
    """
    samples = [turn.sample for turn in case.turns]
    if any(sample.busy_ns is None for sample in samples):
        raise ValueError(f"{case.name}: the consumer {case.consumer} does not compute.")
    return estimate_median([busy_share(sample) for sample in samples])


def busy_share(sample: Sample) -> float:
    """The share of a turn, from its first batch on, that the consumer computed."""
    return (sample.busy_ns or 0) / (sample.wall_ns - (sample.first_batch_ns or 0))


def estimate_unsynced_excess(case: CaseRecord) -> Estimate | None:
    """By what share, 0.5 for half, a turn would seem too fast without waiting for the device; None if not measured."""
    samples = [turn.sample for turn in case.turns]
    excesses = [sample.wall_ns / sample.unsynced_ns - 1 for sample in samples if sample.unsynced_ns]
    return estimate_median(excesses) if excesses else None


def estimate_speed_ratio(case: CaseRecord, reference: CaseRecord) -> Estimate:
    """How many times as fast as `reference`, turn against turn of the same round."""
    return estimate_ratio(_rates(case), _rates(reference))


def find_same_programs(cases: Sequence[CaseRecord]) -> dict[str, str]:
    """For each case that TensorFlow ran as the same program as an earlier one: its name and that one's."""
    first: dict[str, str] = {}
    same: dict[str, str] = {}
    for case in cases:
        if case.program is None:
            continue
        if case.program.chain in first:
            same[case.name] = first[case.program.chain]
        else:
            first[case.program.chain] = case.name
    return same


def _rates(case: CaseRecord) -> dict[int, float]:
    return {turn.round: turn.sample.num_examples * NANOSECONDS / turn.sample.wall_ns for turn in case.turns}


def read_turns(metric: str, case: CaseRecord) -> dict[int, float]:
    """The metric, one of `READERS`, by round, of the turns that have it."""
    read = READERS[metric]
    values = {turn.round: read(turn.sample) for turn in case.turns}
    return {number: value for number, value in values.items() if value is not None}


READERS: dict[str, Callable[[Sample], float | None]] = {
    "time": lambda sample: sample.wall_ns / NANOSECONDS / sample.num_examples,
    "seconds": lambda sample: sample.wall_ns / NANOSECONDS,
    "first_batch": lambda sample: None if sample.first_batch_ns is None else sample.first_batch_ns / NANOSECONDS,
    "cpu": lambda sample: sample.cpu_ns / NANOSECONDS / sample.num_examples,
    "busy": lambda sample: None if sample.busy_ns is None else busy_share(sample),
    "accuracy": lambda sample: sample.accuracy,
    "displacement": lambda sample: None if sample.mixing is None else sample.mixing.displacement,
    "label_runs": lambda sample: None if sample.mixing is None else sample.mixing.label_runs,
}
