"""Devices beside each other as a rich table."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from reports.compare.side_by_side import LETTERS
from reports.compare.speed_up import SpeedUp, SpeedUps
from reports.drawing.case_table import INDENT, build_case_table
from reports.drawing.numbers import render_estimate, render_ratio
from reports.summary.metric import TIME
from reports.xplane.events import clean


def render_speed_ups(found: SpeedUps) -> RenderableType:
    """How many times as fast another device is than the CPU; green where the whole interval says that it is faster."""
    cpu, other = LETTERS[found.cpu_run], LETTERS[found.other_run]
    paired = found.cpu_run == found.other_run
    where = f"in {cpu}, turn against turn of a round" if paired else f"cpu of {cpu}, the other of {other}: two runs"
    table = build_case_table("cpu", "device", "speed-up")
    for row in found.rows:
        table.add_row(*_render_row(row), style="green" if (row.ratio.low or 0) > 1 else None)
    title = Text.assemble(("devices beside each other", "bold"), f": {TIME.title}, {where}")
    return Group(Padding(title, INDENT), table)


def _render_row(row: SpeedUp) -> tuple[Text, str, str, Text]:
    cpu, other = (TIME.render(each.median) for each in (row.cpu_s, row.other_s))
    return Text(clean(row.case.label)), cpu, other, Text(render_estimate(row.ratio, render_ratio))
