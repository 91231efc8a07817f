"""The case that a ratio is to, and the ratio: one rule for every table, export and verdict."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from reports.record.record import CaseRecord
from reports.stats.median import Estimate, estimate_ratio
from reports.summary.metric import RATE, TIME, Metric, Values

CPU = "cpu"  # the device that others are compared with
TAKING_TURNS = ("consumer", "step_ms", "arm", "device", "group")  # what a case and its reference have in common
SAME_CASE = ("group", "name", "ordering", "consumer", "arm", "step_ms", "choices")  # on whatever device


def find_references(cases: Sequence[CaseRecord]) -> list[CaseRecord | None]:
    """For each case, the one that took turns with it and that its ratio is to; it may be the case itself.

    The subject of a case names it. None where there is no such case.
    """
    read = attrgetter(*TAKING_TURNS)
    first = {(case.name, read(case)): case for case in reversed(cases)}
    return [first.get((str(case.case.subject.reference), read(case))) for case in cases]


def find_on_cpu(cases: Sequence[CaseRecord]) -> list[CaseRecord | None]:
    """For each case, the same one on the CPU; it may be the case itself."""
    read = attrgetter(*SAME_CASE)
    first = {read(case): case for case in reversed(cases) if case.device == CPU}
    return [first.get(read(case)) for case in cases]


def estimate_speed_ratio(case: CaseRecord, other: CaseRecord | None) -> Estimate | None:
    """How many times as fast as the other, turn against turn of a round; None where they did not take turns."""
    if other is None or case.group != other.group:
        return None
    return estimate_shared(RATE.read(case), RATE.read(other))


def estimate_shared(numerators: Values, denominators: Values) -> Estimate | None:
    """The median of the ratios within a round, with its interval; None where no round is in both."""
    if not numerators.keys() & denominators.keys():
        return None
    return estimate_ratio(numerators, denominators)


def read_relative_times(case: CaseRecord, reference: CaseRecord | None) -> Values:
    """The case's time over the reference's, by round: what slows the machine down slows both. Empty for that itself."""
    if reference is None or reference is case:
        return {}
    ours, theirs = TIME.read(case), TIME.read(reference)
    return {number: ours[number] / theirs[number] for number in sorted(ours.keys() & theirs.keys())}


def estimate_reading_ratio(metric: Metric, numerator: float, denominator: float, num_readings: int = 2) -> Estimate:
    """The ratio of two readings, or of a reading and a number, with the spread that readings are known to have.

    Args:
        metric: Metric that is read once and has a spread.
        numerator: Bytes that were read.
        denominator: Bytes that they are divided by, above 0.
        num_readings: How many of the two are readings.

    Raises:
        ValueError: The metric has no known spread.
    """
    if metric.spread is None:
        raise ValueError(f"readings of {metric.name} have no known spread.")
    ratio, spread = numerator / denominator, metric.spread**num_readings
    return Estimate(ratio, ratio / spread, ratio * spread, 1)
