"""How fast each ordering is, and how long its first batch takes."""

from __future__ import annotations

from collections.abc import Callable

from reports.drawing.blocks import Figure, Section, Table
from reports.drawing.numbers import render_estimate, render_rate, render_ratio
from reports.page.charts.intervals_chart import Mark, draw_intervals
from reports.page.charts.meanings import find_arm_colour
from reports.page.names import has_several_devices, name_field, name_row, name_series
from reports.stats.median import CONFIDENCE, Estimate
from reports.summary.fields import Ranked
from reports.summary.metric import FIRST_BATCH, RATE, Metric
from reports.summary.summary import Summary
from reports.tables.orderings import tabulate_fields

MS_PER_S = 1000
MOST_ROWS = 60  # of each arm and device in a picture: what can be looked at
READ_INTERVALS = f"The point is the median of the turns, the line its {CONFIDENCE:.0%} interval."
READ_LOG = "The axis is logarithmic: equal distances are equal ratios."


def describe_speed(summary: Summary) -> Section | None:
    """Throughput and first batch of the drained orderings; None where nothing was drained."""
    if not summary.fields:
        return None
    return Section("speed", "How fast is each ordering?", (draw_throughput(summary), _tabulate_speeds(summary)))


def _tabulate_speeds(summary: Summary) -> Table:
    several = has_several_devices([ranked.case for ranked in _list_ranked(summary)])
    return tabulate_fields(summary.fields, lambda field: name_field(field.fastest, with_device=several))


def describe_first_batch(summary: Summary) -> Section | None:
    """The wait for the first batch; None where nothing was drained."""
    waits = [each.case.find(FIRST_BATCH) for each in _list_ranked(summary)]
    if not any(wait and wait.median for wait in waits):
        return None
    return Section("first-batch", "How long is the wait for the first batch?", (draw_first_batch(summary),))


def draw_throughput(summary: Summary) -> Figure:
    """Examples per second."""
    return Figure(
        "Throughput, examples per second",
        f"Farther right is faster. {READ_INTERVALS} Two cases whose lines share a value cannot be told apart."
        f" {READ_LOG}{_tell_left_out(summary)}",
        draw_intervals(_mark(summary, RATE, tell_rate), "examples per second", series="arm"),
    )


def draw_first_batch(summary: Summary) -> Figure:
    """Milliseconds to the first batch."""
    marks = _mark(summary, FIRST_BATCH, _show_ms, MS_PER_S)
    shortest: dict[str, float] = {}
    for mark in marks:
        shortest.setdefault(mark.row, mark.estimate.median)  # of the first arm, so that the arms keep their order
    marks.sort(key=lambda mark: shortest[mark.row])
    return Figure(
        "First batch, milliseconds after the iterator is made",
        "Farther left is a shorter wait: a shuffle fills its buffer first, so a costly map before it is paid for the"
        f" whole buffer. {READ_INTERVALS} {READ_LOG}{_tell_left_out(summary)}",
        draw_intervals(marks, "milliseconds to the first batch", series="arm", form="~r"),
    )


def _tell_left_out(summary: Summary) -> str:
    """What stands in the table alone, as a sentence; empty where all is drawn."""
    is_left = any(len(field.ranked) > MOST_ROWS for field in summary.fields)
    return f" The {MOST_ROWS} fastest of each arm are drawn; the table has all." if is_left else ""


def _list_ranked(summary: Summary) -> list[Ranked]:
    return [ranked for field in summary.fields for ranked in field.ranked]


def _mark(summary: Summary, metric: Metric, show: Callable[[Estimate], str], factor: float = 1) -> list[Mark]:
    """A mark for each case that has the metric, in the unit of the axis, of which one of the metric's has `factor`."""
    cases = [ranked.case for field in summary.fields for ranked in field.ranked[:MOST_ROWS]]
    known = [(case, found.scale(factor)) for case in cases if (found := case.find(metric)) is not None]
    several = has_several_devices(cases)
    return [
        Mark(
            name_row(case),
            name_series(case, with_device=several),
            each,
            show(each),
            case.ordering,
            find_arm_colour(case.arm),
        )
        for case, each in known
    ]


def tell_rate(estimate: Estimate) -> str:
    """Examples per second with their interval and the unit."""
    return f"{render_estimate(estimate, render_rate)} examples/s"


def _show_ms(estimate: Estimate) -> str:
    return f"{render_estimate(estimate, render_ratio)} ms"
