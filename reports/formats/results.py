"""A record as other programs want it: one result for each case, under a name that stays the same from run to run."""

from __future__ import annotations

from dataclasses import dataclass

from mnist_core.language.errors import InputError
from reports.formats.measures import MEASURES, Measure
from reports.record.record import CaseRecord, Record
from reports.stats.median import Estimate
from reports.summary.estimates import estimate_speed_ratio
from reports.summary.selection import find_reference, name_consumer


class ExportError(InputError):
    """A record cannot be exported so; the message is one line."""


@dataclass(frozen=True)
class Value:
    """A measure and what it is."""

    measure: Measure
    estimate: Estimate


@dataclass(frozen=True)
class Result:
    """One case: its turns and its memory, which are measured in processes of their own.

    Args:
        id: such as ``post-default-cpu``: what other programs find it by in the next run.
        case: the timed one; the one that measures memory where nothing is timed.
        values: those that it has.
        ratio: how many times as fast as the reference, turn against turn; None where that was not measured with it.
    """

    id: str
    case: CaseRecord
    values: tuple[Value, ...]
    ratio: Estimate | None

    def find(self, measure: Measure) -> Estimate | None:
        """What the measure is; None if the case does not have it."""
        return next((value.estimate for value in self.values if value.measure is measure), None)


def collect_results(record: Record) -> tuple[Result, ...]:
    """The results in the order of the record.

    Raises:
        ExportError: two cases cannot be told apart by name.
    """
    cases: dict[str, list[CaseRecord]] = {}
    for case in record.cases:
        cases.setdefault(name_case(case), []).append(case)
    return tuple(_build_result(record, name, group) for name, group in cases.items())


def name_case(case: CaseRecord) -> str:
    """The case's id, made of nothing but what the case is: ``post-emulated-2ms-raw-cpu``."""
    choices = [f"{name}={value}" for name, value in case.choices]
    return "-".join([case.name, *name_consumer(case), *choices, case.arm, case.device])


def _build_result(record: Record, name: str, cases: list[CaseRecord]) -> Result:
    timed = [case for case in cases if case.turns]
    remembered = [case for case in cases if not case.turns]
    if max(len(timed), len(remembered)) > 1:
        raise ExportError(f"two cases of the record are both called {name}: their results could not be told apart.")
    values = (Value(measure, estimate) for measure in MEASURES for estimate in map(measure.estimate, cases) if estimate)
    case = (timed or remembered)[0]
    return Result(name, case, tuple(values), _compare(case, record) if timed else None)


def _compare(case: CaseRecord, record: Record) -> Estimate | None:
    """The ratio to the reference that took turns with the case."""
    reference = find_reference(record, case)
    if reference is None:
        return None
    shared = {turn.round for turn in case.turns} & {turn.round for turn in reference.turns}
    return estimate_speed_ratio(case, reference) if shared else None
