"""Medians with their intervals, a row each: the form of most pictures here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from reports.drawing.blocks import Spec
from reports.page.charts.drawing import Picture, finish, list_tips
from reports.page.charts.meanings import DEFAULT, INK, paint
from reports.stats.median import Estimate

ROW_HEIGHT = 30  # pixels; two series fit beside each other
SERIES_HEIGHT = 14  # pixels of each, where there are more
POINT_AREA = 70  # square pixels
SHAPES = ("circle", "diamond", "square", "triangle-up", "cross", "triangle-down")  # beside the colour, never it alone


@dataclass(frozen=True)
class Mark:
    """One median with its interval.

    Args:
        row: Name of the row that it stands in.
        series: Name of its series, told apart by colour and shape; the same for all where there is one series.
        estimate: Median and interval in the unit of the axis.
        shown: Median and interval as text, with the unit.
        detail: What else is shown to who points at it.
        colour: Name of the colour of its series, of those in `meanings`; series of one colour differ in shape.
    """

    row: str
    series: str
    estimate: Estimate
    shown: str
    detail: str = ""
    colour: str = DEFAULT


@dataclass(frozen=True)
class Bound:
    """A line across all rows, such as what somebody asks for.

    Args:
        value: Where it stands, in the unit of the axis.
        label: What stands above it.
        end: Where the axis ends.
    """

    value: float
    label: str
    end: float


def draw_intervals(
    marks: Sequence[Mark], title: str, *, series: str, log: bool = True, form: str = "~s", bound: Bound | None = None
) -> Spec:
    """A row for each of the marks' rows, in their order; a thick point is the median, the line its interval.

    Args:
        marks: Marks to draw, at least one; on a logarithmic axis those that are not above 0 are left out.
        title: Title of the axis, with its unit.
        series: What sets the series apart, such as "arm".
        log: True for a logarithmic axis, on which equal distances are equal ratios; false for one that begins at 0.
        form: Form of the axis' numbers, in d3's words.
        bound: Line across all rows; None draws none.
    """
    shown = [mark for mark in marks if not log or mark.estimate.median > 0]
    values = [_describe(mark, log=log) for mark in shown]
    names, rows = (list(dict.fromkeys(getattr(mark, name) for mark in shown)) for name in ("series", "row"))
    end = alt.Undefined if bound is None else bound.end
    scale = alt.Scale(type="log", nice=False, padding=12) if log else alt.Scale(zero=True, domainMax=end)
    legend = alt.Legend() if len(names) > 1 else None
    colours = {mark.series: paint(mark.colour) for mark in shown}
    shapes = alt.Scale(domain=names, range=list(SHAPES[: len(names)]))
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("row:N", sort=rows, title=None),
        color=alt.Color(
            "series:N",
            title=series,
            scale=alt.Scale(domain=names, range=[colours[name] for name in names]),
            legend=legend,
        ),
        tooltip=list_tips(row="case", series=series, shown="median [interval]", detail="that is"),
    )
    if legend is not None:
        base = base.encode(yOffset=alt.YOffset("series:N", sort=names))
    points = base.mark_point(filled=True, size=POINT_AREA, opacity=1).encode(
        x=alt.X("median:Q", title=title, scale=scale, axis=alt.Axis(format=form)),
        shape=alt.Shape("series:N", title=series, scale=shapes, legend=legend),
    )
    layers: list[Picture] = [points]
    if any(value["low"] is not None for value in values):
        known = base.transform_filter("datum.low !== null")
        layers.insert(0, known.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=title, scale=scale), x2="high:Q"))
    if bound is not None:
        layers = [*draw_bound(bound, title, scale), *layers]
    return finish(layers, len(rows) * max(ROW_HEIGHT, SERIES_HEIGHT * len(names)), title)


def draw_bound(bound: Bound, title: str, scale: alt.Scale) -> list[Picture]:
    """A line from top to bottom, and its label above it."""
    base = alt.Chart(alt.InlineData(values=[{"bound": bound.value, "label": bound.label}])).encode(
        x=alt.X("bound:Q", title=title, scale=scale)
    )
    text = base.mark_text(align="right", baseline="bottom", dx=4, dy=-4, color=paint(INK))
    return [
        base.mark_rule(strokeDash=[6, 3], strokeWidth=1.5, color=paint(INK)),
        text.encode(text="label:N", y=alt.value(0)),
    ]


def _describe(mark: Mark, *, log: bool) -> dict[str, object]:
    low, high = mark.estimate.low, mark.estimate.high
    has_line = low is not None and (low > 0 or not log)
    return {
        "row": mark.row,
        "series": mark.series,
        "median": mark.estimate.median,
        "low": low if has_line else None,
        "high": high if has_line else None,
        "shown": mark.shown,
        "detail": mark.detail,
    }
