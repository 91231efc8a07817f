"""What each ordering holds: measured beside predicted, and over time."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from reports.drawing.blocks import (
    Block,
    Cell,
    Figure,
    Gallery,
    Lines,
    Section,
    Spec,
    Table,
    number_columns,
    text_columns,
)
from reports.drawing.numbers import MEBIBYTE, render_mebibytes, render_ratio
from reports.page.charts.drawing import finish, list_tips
from reports.page.charts.intervals_chart import ROW_HEIGHT
from reports.page.charts.meanings import DEFAULT, INK, paint
from reports.page.names import name_row
from reports.record.memory import Memory
from reports.summary.case import CaseSummary
from reports.summary.metric import NANOSECONDS
from reports.summary.summary import Summary
from reports.tables.cells import show_name

SMALL_HEIGHT = 110  # pixels
MOST_PICTURES = 30  # of memory over time: what can be looked at
ABOVE = 1.05  # room over the highest line
MEASURED, PREDICTED = "measured", "predicted"
KINDS = {MEASURED: paint(DEFAULT), PREDICTED: paint(INK)}  # memory is read of the default arm
NO_SERIES = (
    "Memory over time: this record has none. Runs of an older version did not keep it, and only Linux with glibc 2.33"
    " or newer tells the live heap."
)


def describe_memory(summary: Summary) -> Section | None:
    """Predicted against measured bytes and memory over time; None where memory was not read."""
    cases = sorted(_list_read(summary), key=lambda case: _read(case).live_bytes or 0)
    if not cases:
        return None
    blocks: list[Block] = [draw_predictions(cases), _list_memory(cases)]
    watched = [case for case in cases if _read(case).series]
    blocks.append(draw_over_time(watched) if watched else Lines((NO_SERIES,)))
    return Section("memory", "What does it hold in memory?", tuple(blocks))


def draw_predictions(cases: Sequence[CaseSummary]) -> Figure:
    """Measured live bytes beside what the spec alone predicts."""
    return Figure(
        "Live memory, measured and predicted, MiB",
        "Live bytes on the heap beyond the source, over the whole training set, when the pipeline holds most. The bar"
        " is measured; the upright stroke is what the ordering's text alone predicts. A stroke far from the end of its"
        " bar would mean that something else is held.",
        _draw_predictions(cases),
    )


def draw_over_time(cases: Sequence[CaseSummary]) -> Gallery:
    """Live bytes from the first moment of filling until all is released, a small picture for each case."""
    drawn, left = cases[-MOST_PICTURES:], max(0, len(cases) - MOST_PICTURES)
    more = f" Those that hold the most are drawn; {left:,} others stand in the table alone." if left else ""
    highest = max(max(_predict(case), *(reading.live_bytes for reading in _read(case).series)) for case in drawn)
    figures = tuple(Figure(name_row(case), "", _draw_series(case, ABOVE * highest / MEBIBYTE)) for case in drawn)
    return Gallery(
        "Memory over time, live MiB against seconds",
        "Each picture is one process that makes the iterator, fills its caches and buffers, waits until nothing grows"
        " any more, and lets all go; a cache takes a whole pass first. The dashed line is the prediction. The axis of"
        " memory is the same in all pictures, that of time is each one's own. Nothing is trained here: the times are"
        f" those of filling.{more}",
        figures,
    )


def _list_read(summary: Summary) -> list[CaseSummary]:
    read = [case for case in summary.cases if case.group == "memory" and case.memory is not None]
    return [case for case in read if _read(case).predicted_bytes is not None]


def _read(case: CaseSummary) -> Memory:
    assert case.memory is not None, "only such cases are listed"  # noqa: S101  # for the type checker
    return case.memory


def _predict(case: CaseSummary) -> int:
    predicted = _read(case).predicted_bytes
    assert predicted is not None, "only such cases are listed"  # noqa: S101  # for the type checker
    return predicted


def _draw_predictions(cases: Sequence[CaseSummary]) -> Spec:
    measured = [_describe(case, MEASURED, live) for case in cases if (live := _read(case).live_bytes) is not None]
    predicted = [_describe(case, PREDICTED, _predict(case)) for case in cases]
    look = {
        "x": alt.X("mebibytes:Q", title="live MiB"),
        "y": alt.Y("row:N", sort=[name_row(case) for case in cases], title=None),
        "color": alt.Color("kind:N", title=None, scale=alt.Scale(domain=list(KINDS), range=list(KINDS.values()))),
        "tooltip": list_tips(row="ordering", kind="bytes", shown="live", detail="that is"),
    }
    ticks = alt.Chart(alt.InlineData(values=predicted)).mark_tick(thickness=4, height=22, opacity=1).encode(**look)
    bars = alt.Chart(alt.InlineData(values=measured)).mark_bar(height=12, opacity=1).encode(**look)
    return finish(
        [bars, ticks] if measured else [ticks], len(cases) * ROW_HEIGHT, "live memory, measured and predicted"
    )


def _describe(case: CaseSummary, kind: str, num_bytes: int) -> dict[str, object]:
    return {
        "row": name_row(case),
        "kind": kind,
        "mebibytes": num_bytes / MEBIBYTE,
        "shown": f"{render_mebibytes(num_bytes)} MiB",
        "detail": case.ordering,
    }


def _draw_series(case: CaseSummary, top_mebibytes: float) -> Spec:
    memory = _read(case)
    predicted = _predict(case) / MEBIBYTE
    values = [
        {"seconds": reading.elapsed_ns / NANOSECONDS, "mebibytes": reading.live_bytes / MEBIBYTE}
        for reading in memory.series
    ]
    x = alt.X("seconds:Q", title="seconds", scale=alt.Scale(nice=False), axis=alt.Axis(tickCount=5))
    y = alt.Y(
        "mebibytes:Q",
        title="MiB",
        scale=alt.Scale(domain=[0, top_mebibytes]),
        axis=alt.Axis(tickCount=4, grid=True),
    )
    tips = [alt.Tooltip("seconds:Q", format=".2f"), alt.Tooltip("mebibytes:Q", title="live MiB", format=".1f")]
    area = (
        alt.Chart(alt.InlineData(values=values))
        .mark_area(line={"color": KINDS[MEASURED]}, color=KINDS[MEASURED], opacity=0.35)
        .encode(x=x, y=y, tooltip=tips)
    )
    line = (
        alt.Chart(alt.InlineData(values=[{"mebibytes": predicted}]))
        .mark_rule(strokeDash=[5, 4], color=KINDS[PREDICTED])
        .encode(y=y)
    )
    return finish([area, line], SMALL_HEIGHT, f"live memory over time of {case.name}")


def _list_memory(cases: Sequence[CaseSummary]) -> Table:
    numbers = number_columns("live MiB", "predicted", "live / predicted", "peak", "kept", "kept after trim")
    return Table(
        "The bytes: live on the heap, and resident at the peak and after the release",
        (*text_columns("ordering"), *numbers),
        tuple(_list_case(case) for case in cases),
    )


def _list_case(case: CaseSummary) -> tuple[Cell, ...]:
    memory = _read(case)
    ratio = memory.live_bytes / memory.predicted_bytes if memory.live_bytes and memory.predicted_bytes else None
    return (
        show_name(case),
        _show(memory.live_bytes),
        _show(memory.predicted_bytes),
        Cell("") if ratio is None else Cell(render_ratio(ratio, 3), ratio),
        _show(memory.peak_bytes),
        _show(memory.kept_bytes),
        _show(memory.kept_after_trim_bytes),
    )


def _show(num_bytes: int | None) -> Cell:
    return Cell("not told here") if num_bytes is None else Cell(render_mebibytes(num_bytes), float(num_bytes))
