"""CPU beside GPU: cases that differ in nothing but their device."""

from __future__ import annotations

from collections.abc import Sequence

from reports.drawing.blocks import Block, Cell, Figure, Lines, Row, Section, Table, number_columns, text_columns
from reports.page.charts.intervals_chart import Mark, draw_intervals
from reports.page.names import name_case, name_device
from reports.page.sections.speed import READ_INTERVALS, READ_LOG, tell_rate
from reports.summary.case import CaseSummary
from reports.summary.metric import RATE
from reports.summary.summary import Summary
from reports.tables.cells import show_name, show_rate, show_times

ONE_DEVICE = (
    "Every case of this run ran on the {device}. Where a GPU is, the same cases can run on both, and stand here side by"
    " side."
)
NOTHING_SHARED = "No case of this run was measured on more than one device."


def describe_devices(summary: Summary) -> Section:
    """Each case that was measured on several devices, or a line that there is none."""
    devices = list(dict.fromkeys(case.device for case in summary.cases))
    blocks: list[Block] = []
    if summary.on_devices:
        blocks += [draw_devices(summary.on_devices), _list_devices(summary.on_devices)]
    else:
        told = NOTHING_SHARED if len(devices) > 1 else ONE_DEVICE.format(device=name_device(devices[0]))
        blocks.append(Lines((told,)))
    return Section("devices", "CPU beside GPU", tuple(blocks))


def draw_devices(pairs: Sequence[tuple[CaseSummary, ...]]) -> Figure:
    """Examples per second on each device."""
    marks = []
    for case in (case for pair in pairs for case in pair):
        rate = case.get(RATE)
        marks.append(Mark(name_case(case), name_device(case.device), rate, tell_rate(rate), case.ordering))
    return Figure(
        "Throughput on each device, examples per second",
        f"Farther right is faster. {READ_INTERVALS} {READ_LOG} Devices are told apart by shape and colour; a difference"
        " between them is no regression.",
        draw_intervals(marks, "examples per second", series="device"),
    )


def _list_devices(pairs: Sequence[tuple[CaseSummary, ...]]) -> Table:
    rows = tuple(_list_case(case, is_first=case is pair[0]) for pair in pairs for case in pair)
    columns = (*text_columns("case", "device"), *number_columns("examples/s", "times the first device's"))
    return Table("The numbers of each device", columns, rows)


def _list_case(case: CaseSummary, *, is_first: bool) -> Row:
    apart = Cell("1" if is_first else "measured apart")
    ratio = apart if case.cpu_ratio is None else show_times(case.cpu_ratio)
    return (show_name(case, name_case(case)), Cell(name_device(case.device)), show_rate(case), ratio)
