"""Records of cases made by hand, from texts as an older record holds them: every test says only what it is about."""

from dataclasses import replace

from reports.record.file import convert_case
from reports.record.machine import Setting
from reports.record.record import CaseRecord
from reports.record.sample import Sample, Turn

OF_CASE = ("name", "ordering", "consumer", "arm", "device", "step_ms", "choices")


def make_case_record(
    name: str,
    ordering: str,
    setting: Setting,
    turns: tuple[Turn, ...],
    warm_up: Sample | None = None,
    /,
    **fields: object,
) -> CaseRecord:
    """A drained case in the default arm on the CPU, unless `fields` say otherwise."""
    case = convert_case(name, ordering, "drain", "default", "cpu")
    unmeasured = {key: fields.pop(key) for key in ("memory", "capture") if key in fields}
    return change(CaseRecord(case, setting, 1, warm_up, turns, **unmeasured), **fields)


def change(record: CaseRecord, **fields: object) -> CaseRecord:
    """The record with other fields, those of its case among them."""
    parts = {name: fields.pop(name) if name in fields else getattr(record, name) for name in OF_CASE}
    parts["choices"] = dict(parts["choices"])
    return replace(record, case=convert_case(**parts), **fields)
