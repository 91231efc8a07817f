"""Where and how a run was made, and how far to trust it; and the cases that no other section shows."""

from __future__ import annotations

from reports.drawing.blocks import Cell, Fold, Section, Table, number_columns, text_columns, write_sentences
from reports.page.names import name_device
from reports.summary.case import CaseSummary
from reports.summary.metric import FIRST_BATCH
from reports.summary.summary import Summary
from reports.tables.cells import show_first_batch, show_rate
from reports.tables.notes import tell_control, tell_devices, tell_setting, tell_turns


def describe_machine(summary: Summary) -> Section:
    """The machine, the versions, the data, the noise, and every timed case."""
    said = [
        *tell_setting(summary),
        *tell_devices(summary),
        *tell_turns(summary),
        *tell_control(summary),
    ]
    tables = (_list_cases(summary.timed),) if summary.timed else ()
    return Section("machine", "The machine, and how far to trust the numbers", (write_sentences(said), *tables))


def _list_cases(cases: tuple[CaseSummary, ...]) -> Fold:
    columns = (
        *text_columns("case", "group", "consumer", "arm", "device"),
        *number_columns("examples/s", "first batch", "turns", "disturbed"),
    )
    rows = tuple(_list(case) for case in cases)
    return Fold(f"All {len(cases)} timed cases", Table(None, columns, rows))


def _list(case: CaseSummary) -> tuple[Cell, ...]:
    first = case.find(FIRST_BATCH)
    choices = ", ".join(f"{name} {value}" for name, value in case.choices)
    known = ", ".join(part for part in (case.ordering, choices) if part and part != case.name)
    return (
        Cell(case.name, below=(known,) if known else ()),
        Cell(case.group),
        Cell(case.consumer if case.step_ms is None else f"{case.consumer}, {case.step_ms:g} ms"),
        Cell(case.arm),
        Cell(name_device(case.device)),
        show_rate(case),
        show_first_batch(case) if first and first.median else Cell("", 0.0),
        Cell(f"{case.num_turns}", case.num_turns),
        Cell(f"{case.num_contaminated}", case.num_contaminated),
    )
