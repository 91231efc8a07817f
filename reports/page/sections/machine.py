"""Where and how a run was made, and how far to trust it; and the cases that no other section shows."""

from __future__ import annotations

from reports.drawing.blocks import Cell, Fold, Section, Table, number_columns, text_columns, write_sentences
from reports.drawing.numbers import render_estimate, render_rate, render_seconds
from reports.page.names import name_device
from reports.record.record import CaseRecord, Record
from reports.summary.estimates import estimate_first_batch_s, estimate_rate
from reports.tables.devices import describe_devices
from reports.tables.orderings import describe_control, describe_setting, describe_turns


def describe_machine(record: Record) -> Section:
    """The machine, the versions, the data, the noise, and every timed case."""
    said = [*describe_setting(record), *describe_devices(record), *describe_turns(record), *describe_control(record)]
    timed = [case for case in record.cases if case.turns]
    tables = (_list_cases(timed),) if timed else ()
    return Section("machine", "The machine, and how far to trust the numbers", (write_sentences(said), *tables))


def _list_cases(cases: list[CaseRecord]) -> Fold:
    columns = (
        *text_columns("case", "group", "consumer", "arm", "device"),
        *number_columns("examples/s", "first batch", "turns", "disturbed"),
    )
    rows = tuple(_list(case) for case in cases)
    return Fold(f"All {len(cases)} timed cases", Table(None, columns, rows))


def _list(case: CaseRecord) -> tuple[Cell, ...]:
    rate, first = estimate_rate(case), estimate_first_batch_s(case)
    disturbed = sum(turn.sample.contaminated for turn in case.turns)
    choices = ", ".join(f"{name} {value}" for name, value in case.choices)
    known = ", ".join(part for part in (case.ordering, choices) if part and part != case.name)
    return (
        Cell(case.name, below=(known,) if known else ()),
        Cell(case.group),
        Cell(case.consumer if case.step_ms is None else f"{case.consumer}, {case.step_ms:g} ms"),
        Cell(case.arm),
        Cell(name_device(case.device)),
        Cell(render_estimate(rate, render_rate), rate.median),
        Cell(render_seconds(first.median) if first.median else "", first.median),
        Cell(f"{len(case.turns)}", len(case.turns)),
        Cell(f"{disturbed}", disturbed),
    )
