"""Which cases of a record a table or a picture is about."""

from __future__ import annotations

from reports.record.record import CONTROL, REFERENCE, CaseRecord, Record
from reports.summary.estimates import estimate_rate

MAIN_GROUPS = ("orderings", "training", "memory")  # the others' cases stand in the tables of claims and of mixing
UNNAMED_CONSUMERS = ("drain", "memory")  # as in the ids of the tests: what an ordering does on its own
SHARED = ("consumer", "step_ms", "arm", "device", "group")  # by a case and its reference: they took turns


def list_drained(record: Record) -> list[CaseRecord]:
    """The main job's cases that only take batches, without the control."""
    cases = [case for case in record.cases if case.group == "orderings"]
    return [case for case in cases if case.consumer == "drain" and case.name != CONTROL and case.turns]


def rank_fields(record: Record) -> dict[tuple[str, str], list[CaseRecord]]:
    """The drained cases of each arm and device, the fastest first: only those of one field are compared."""
    fields: dict[tuple[str, str], list[CaseRecord]] = {}
    for case in list_drained(record):
        fields.setdefault((case.arm, case.device), []).append(case)
    return {
        field: sorted(cases, key=lambda case: estimate_rate(case).median, reverse=True)
        for field, cases in fields.items()
    }


def find_case(record: Record, like: CaseRecord, name: str, consumer: str) -> CaseRecord | None:
    """The main job's case of that name and consumer, in the arm and on the device of another one."""
    wanted = (name, like.arm, like.device, consumer)
    cases = (case for case in record.cases if case.group in MAIN_GROUPS)
    return next((case for case in cases if (case.name, case.arm, case.device, case.consumer) == wanted), None)


def find_reference(record: Record, case: CaseRecord) -> CaseRecord | None:
    """The case that took turns with this one and that its ratio is to; it may be the case itself."""
    others = (other for other in record.cases if other.name == REFERENCE)
    return next((each for each in others if all(getattr(each, name) == getattr(case, name) for name in SHARED)), None)


def describe_consumer(case: CaseRecord) -> str:
    """The consumer, and how long its step is if it is emulated."""
    return case.consumer if case.step_ms is None else f"{case.consumer}-{case.step_ms:g}ms"


def name_consumer(case: CaseRecord) -> tuple[str, ...]:
    """What a case's id says of its consumer: nothing where that is plain."""
    return () if case.consumer in UNNAMED_CONSUMERS else (describe_consumer(case),)
