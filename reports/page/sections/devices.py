"""What a device is good for: CPU beside GPU, and how fast a model predicts on each by batch size."""

from __future__ import annotations

from collections.abc import Sequence

from reports.drawing.blocks import (
    Block,
    Cell,
    Figure,
    Row,
    Section,
    Table,
    number_columns,
    text_columns,
    write_sentences,
)
from reports.page.charts.intervals_chart import Mark, draw_intervals
from reports.page.charts.meanings import find_device_colour
from reports.page.names import name_case, name_device
from reports.page.sections.speed import READ_INTERVALS, READ_LOG, tell_rate
from reports.summary.case import CaseSummary
from reports.summary.fields import Prediction
from reports.summary.metric import FIRST_BATCH, RATE
from reports.summary.summary import Summary
from reports.tables.cells import show_name, show_rate, show_times
from reports.tables.notes import tell_winners


def describe_devices(summary: Summary) -> Section | None:
    """Each case that was measured on several devices; None where there is none."""
    if not summary.on_devices:
        return None
    blocks = (draw_devices(summary.on_devices), _list_devices(summary.on_devices))
    return Section("devices", "CPU beside GPU", blocks)


def draw_devices(pairs: Sequence[tuple[CaseSummary, ...]]) -> Figure:
    """Examples per second on each device."""
    marks = []
    for case in (case for pair in pairs for case in pair):
        rate = case.get(RATE)
        colour = find_device_colour(case.device)
        marks.append(Mark(name_case(case), name_device(case.device), rate, tell_rate(rate), case.ordering, colour))
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


def describe_inference(summary: Summary) -> Section | None:
    """Throughput by batch size, and from which size on another device than the CPU wins; None if nothing predicted."""
    if not summary.predictions:
        return None
    by_size = sorted(summary.predictions, key=lambda each: each.batch_size)
    figure = Figure(
        "Inference by batch size, examples per second",
        "Farther right is faster: larger batches share the cost of a call, until the device is full. Point at a mark"
        f" for the latency of one call. {READ_INTERVALS} {READ_LOG}",
        draw_intervals([_mark_prediction(each) for each in by_size], "examples per second", series="model and device"),
    )
    winners = tell_winners(summary)
    blocks: tuple[Block, ...] = (figure, write_sentences(winners)) if winners else (figure,)
    return Section("inference", "How fast does a model predict?", blocks)


def _mark_prediction(prediction: Prediction) -> Mark:
    rate, latency = prediction.case.get(RATE), prediction.case.find(FIRST_BATCH)
    return Mark(
        f"batch of {prediction.batch_size}",
        f"{prediction.model}, {name_device(prediction.case.device)}",
        rate,
        tell_rate(rate),
        "" if latency is None else f"{FIRST_BATCH.render(latency.median)} a call",
        find_device_colour(prediction.case.device),
    )
