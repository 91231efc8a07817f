"""The case that a ratio is to, and the ratio: one rule for every table, export and verdict."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from reports.record.record import REFERENCE, CaseRecord
from reports.stats.median import Estimate
from reports.stats.paired import estimate_ratio
from reports.summary.metric import RATE, TIME, Values

CPU = "cpu"  # the device that others are compared with
TAKING_TURNS = ("consumer", "step_ms", "arm", "device", "group")  # what a case and its reference have in common
SAME_CASE = ("group", "name", "ordering", "consumer", "arm", "step_ms", "choices")  # on whatever device


def find_references(cases: Sequence[CaseRecord]) -> list[CaseRecord | None]:
    """For each case, the one that took turns with it and that its ratio is to; it may be the case itself."""
    return _find_like(cases, [case for case in cases if case.name == find_reference_name(case)], TAKING_TURNS)


def find_reference_name(case: CaseRecord) -> str:  # noqa: ARG001  # every case of a record has the same one so far
    """The name of what the ratios of a case are to."""
    return REFERENCE


def find_on_cpu(cases: Sequence[CaseRecord]) -> list[CaseRecord | None]:
    """For each case, the same one on the CPU; it may be the case itself."""
    return _find_like(cases, [case for case in cases if case.device == CPU], SAME_CASE)


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


def _find_like(
    cases: Sequence[CaseRecord], others: Sequence[CaseRecord], names: tuple[str, ...]
) -> list[CaseRecord | None]:
    """For each case, the first of the others that is equal in what has these names."""
    read = attrgetter(*names)
    first = {read(other): other for other in reversed(others)}
    return [first.get(read(case)) for case in cases]
