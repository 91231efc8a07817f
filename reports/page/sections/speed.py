"""How fast each ordering is, and how long its first batch takes."""

from __future__ import annotations

from collections.abc import Callable

from reports.drawing.blocks import Cell, Emphasis, Figure, Row, Section, Table, number_columns, text_columns
from reports.drawing.numbers import (
    render_estimate,
    render_mebibytes,
    render_percent,
    render_rate,
    render_ratio,
    render_seconds,
)
from reports.page.charts.intervals_chart import Mark, draw_intervals
from reports.page.names import list_text, name_field, name_row, name_series
from reports.record.record import REFERENCE
from reports.stats.median import CONFIDENCE, Estimate
from reports.summary.case import CaseSummary
from reports.summary.fields import Ranked
from reports.summary.metric import BUSY_SHARE, FIRST_BATCH, RATE, Metric
from reports.summary.summary import Summary

MS_PER_S = 1000
FASTEST, LEVEL = "fastest", "level with it"
READ_INTERVALS = f"The point is the median of the turns, the line its {CONFIDENCE:.0%} interval."
READ_LOG = "The axis is logarithmic: equal distances are equal ratios."


def describe_speed(summary: Summary) -> Section | None:
    """Throughput and first batch of the drained orderings; None where nothing was drained."""
    if not summary.fields:
        return None
    return Section("speed", "How fast is each ordering?", (draw_throughput(summary), _list_speeds(summary)))


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
        f" {READ_LOG}",
        draw_intervals(_mark(summary, RATE, _show_rate), "examples per second", series="arm"),
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
        f" whole buffer. {READ_INTERVALS} {READ_LOG}",
        draw_intervals(marks, "milliseconds to the first batch", series="arm", form="~r"),
    )


def _list_ranked(summary: Summary) -> list[Ranked]:
    return [ranked for field in summary.fields for ranked in field.ranked]


def _mark(summary: Summary, metric: Metric, show: Callable[[Estimate], str], factor: float = 1) -> list[Mark]:
    """A mark for each case that has the metric, in the unit of the axis, of which one of the metric's has `factor`."""
    cases = [each.case for each in _list_ranked(summary)]
    known = [(case, found.scale(factor)) for case in cases if (found := case.find(metric)) is not None]
    return [Mark(name_row(case), name_series(case, cases), each, show(each), case.ordering) for case, each in known]


def _show_rate(estimate: Estimate) -> str:
    return f"{render_estimate(estimate, render_rate)} examples/s"


def _show_ms(estimate: Estimate) -> str:
    return f"{render_estimate(estimate, render_ratio)} ms"


def _list_speeds(summary: Summary) -> Table:
    numbers = number_columns("examples/s", f"ratio to {REFERENCE}", "first batch", "AU %", "live MiB")
    ranked = _list_ranked(summary)
    cases = [each.case for each in ranked]
    rows = tuple(_list_case(each, name_field(each.case, cases)) for each in ranked)
    return Table("The numbers", (*text_columns("ordering", "arm"), *numbers), rows)


def _list_case(ranked: Ranked, field: str) -> Row:
    case, rate = ranked.case, ranked.case.get(RATE)
    notes = (FASTEST,) if ranked.is_fastest else (LEVEL,) if ranked.is_level else ()
    emphasis = Emphasis.BEST if ranked.is_fastest else Emphasis.PLAIN
    return (
        Cell(case.name, below=list_text(case)),
        Cell(field),
        Cell(render_estimate(rate, render_rate), rate.median, notes, emphasis),
        _show_ratio(case),
        show_first_batch(case),
        _show_share(ranked.emulated),
        _show_memory(ranked.memory),
    )


def show_first_batch(case: CaseSummary) -> Cell:
    """The median time to a case's first batch; empty where it has none."""
    first = case.find(FIRST_BATCH)
    return Cell("") if first is None else Cell(render_seconds(first.median), first.median)


def _show_ratio(case: CaseSummary) -> Cell:
    if case.is_reference:
        return Cell("1", 1.0)
    return Cell("") if case.ratio is None else Cell(render_estimate(case.ratio, render_ratio), case.ratio.median)


def _show_share(fed: CaseSummary | None) -> Cell:
    share = None if fed is None else fed.find(BUSY_SHARE)
    return Cell("") if share is None else Cell(render_estimate(share, render_percent), share.median)


def _show_memory(read: CaseSummary | None) -> Cell:
    if read is None or read.memory is None:
        return Cell("")
    live = read.memory.live_bytes
    return Cell("not told here") if live is None else Cell(render_mebibytes(live), float(live))
