"""The case that a ratio is to, and the ratio: one rule for every table, export and verdict."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from reports.record.record import CaseRecord
from reports.stats.median import Estimate
from reports.stats.paired import estimate_ratio
from reports.summary.metric import RATE, TIME, Values

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
