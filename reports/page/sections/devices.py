"""CPU beside GPU: cases that differ in nothing but their device."""

from __future__ import annotations

from collections.abc import Sequence

from reports.drawing.blocks import Block, Cell, Figure, Lines, Section, Table, number_columns, text_columns
from reports.drawing.numbers import render_estimate, render_rate, render_ratio
from reports.page.charts.intervals_chart import Mark, draw_intervals
from reports.page.names import name_device, name_row
from reports.page.sections.speed import READ_INTERVALS, READ_LOG
from reports.record.record import CaseRecord, Record
from reports.stats.median import Estimate
from reports.stats.paired import estimate_ratio
from reports.summary.estimates import estimate_rate, read_turns

CPU = "cpu"
ONE_DEVICE = (
    "Every case of this run ran on the {device}. Where a GPU is, the same cases can run on both, and stand here side by"
    " side."
)
NOTHING_SHARED = "No case of this run was measured on more than one device."


def describe_devices(record: Record) -> Section:
    """Each case that was measured on several devices, or a line that there is none."""
    devices = list(dict.fromkeys(case.device for case in record.cases))
    pairs = find_shared(record.cases)
    blocks: list[Block] = []
    if pairs:
        blocks += [draw_devices(pairs), _list_devices(pairs)]
    else:
        told = NOTHING_SHARED if len(devices) > 1 else ONE_DEVICE.format(device=name_device(devices[0]))
        blocks.append(Lines((told,)))
    return Section("devices", "CPU beside GPU", tuple(blocks))


def find_shared(cases: Sequence[CaseRecord]) -> list[tuple[CaseRecord, ...]]:
    """The timed cases that differ in their device alone, those of one identity together, the CPU's first."""
    found: dict[tuple[object, ...], dict[str, CaseRecord]] = {}
    for case in cases:
        if case.turns:
            identity = (case.group, case.name, case.ordering, case.consumer, case.arm, case.step_ms, case.choices)
            found.setdefault(identity, {}).setdefault(case.device, case)
    shared = [sorted(by.values(), key=lambda case: (case.device != CPU, case.device)) for by in found.values()]
    return [tuple(each) for each in shared if len(each) > 1]


def draw_devices(pairs: Sequence[tuple[CaseRecord, ...]]) -> Figure:
    """Examples per second on each device."""
    marks = []
    for case in (case for pair in pairs for case in pair):
        rate = estimate_rate(case)
        shown = f"{render_estimate(rate, render_rate)} examples/s"
        marks.append(Mark(_name(case), name_device(case.device), rate, shown, case.ordering))
    return Figure(
        "Throughput on each device, examples per second",
        f"Farther right is faster. {READ_INTERVALS} {READ_LOG} Devices are told apart by shape and colour; a difference"
        " between them is no regression.",
        draw_intervals(marks, "examples per second", series="device"),
    )


def _name(case: CaseRecord) -> str:
    choices = ", ".join(value for _, value in case.choices)
    arm = "" if case.arm == "default" else case.arm
    return ", ".join(part for part in (name_row(case), case.consumer, arm, choices) if part)


def _list_devices(pairs: Sequence[tuple[CaseRecord, ...]]) -> Table:
    rows = tuple(_list(case, pair[0]) for pair in pairs for case in pair)
    columns = (*text_columns("case", "device"), *number_columns("examples/s", "times the first device's"))
    return Table("The numbers of each device", columns, rows)


def _list(case: CaseRecord, first: CaseRecord) -> tuple[Cell, ...]:
    rate, ratio = estimate_rate(case), None if case is first else _compare(case, first)
    return (
        Cell(_name(case), below=(case.ordering,) if case.ordering != case.name else ()),
        Cell(name_device(case.device)),
        Cell(render_estimate(rate, render_rate), rate.median),
        Cell("1" if case is first else "measured apart")
        if ratio is None
        else Cell(render_estimate(ratio, render_ratio), ratio.median),
    )


def _compare(case: CaseRecord, first: CaseRecord) -> Estimate | None:
    """How many times as fast, turn against turn; None where they share no round."""
    ours, theirs = read_turns("time", case), read_turns("time", first)
    return estimate_ratio(theirs, ours) if ours.keys() & theirs.keys() else None
