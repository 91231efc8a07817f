"""A record as other programs want it: one result for each case, under a name that stays the same from run to run."""

from __future__ import annotations

from dataclasses import dataclass

from reports.formats.measures import MEASURES, Measure
from reports.record import REFERENCE, CaseRecord, Record
from reports.stats import Estimate
from reports.summary import estimate_speed_ratio

UNNAMED_CONSUMERS = ("drain", "memory")  # as in the ids of the tests: what an ordering does on its own
SHARED = ("consumer", "step_ms", "arm", "device", "group")  # by a case and its reference


class ExportError(ValueError):
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
    consumer = [] if case.consumer in UNNAMED_CONSUMERS else [describe_consumer(case)]
    choices = [f"{name}={value}" for name, value in case.choices]
    return "-".join([case.name, *consumer, *choices, case.arm, case.device])


def describe_consumer(case: CaseRecord) -> str:
    """The consumer, and how long its step is if it is emulated."""
    return case.consumer if case.step_ms is None else f"{case.consumer}-{case.step_ms:g}ms"


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
    reference = next((other for other in record.cases if _is_reference(other, case)), None)
    if reference is None:
        return None
    shared = {turn.round for turn in case.turns} & {turn.round for turn in reference.turns}
    return estimate_speed_ratio(case, reference) if shared else None


def _is_reference(other: CaseRecord, case: CaseRecord) -> bool:
    return other.name == REFERENCE and all(getattr(other, name) == getattr(case, name) for name in SHARED)
