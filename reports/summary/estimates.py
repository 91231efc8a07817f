"""Estimates from a case's turns: rate, first batch, busy share, ratio to another case."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reports.record.record import CaseRecord, Sample
from reports.stats.median import Estimate, estimate_median
from reports.stats.paired import estimate_ratio
from reports.summary.fields import BUSY_ENOUGH
from reports.summary.metric import BUSY_SHARE as BUSY
from reports.summary.metric import METRICS, NANOSECONDS

BUSY_SHARE = BUSY_ENOUGH


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
    return estimate_median(list(BUSY.read(case).values()))


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
    metric.name: metric.of_turn for metric in METRICS if metric.of_turn is not None
}
