"""How fast a model predicts, by batch size and device."""

from __future__ import annotations

from reports.drawing.blocks import Block, Figure, Section, write_sentences
from reports.page.charts.intervals_chart import Mark, draw_intervals
from reports.page.names import name_device
from reports.page.sections.speed import READ_INTERVALS, READ_LOG, tell_rate
from reports.summary.fields import Prediction
from reports.summary.metric import FIRST_BATCH, RATE
from reports.summary.summary import Summary
from reports.tables.notes import tell_winners


def describe_inference(summary: Summary) -> Section | None:
    """Throughput by batch size, and from which size on another device than the CPU wins; None if nothing predicted."""
    if not summary.predictions:
        return None
    by_size = sorted(summary.predictions, key=lambda each: each.batch_size)
    figure = Figure(
        "Inference by batch size, examples per second",
        "Farther right is faster: larger batches share the cost of a call, until the device is full. Point at a mark"
        f" for the latency of one call. {READ_INTERVALS} {READ_LOG}",
        draw_intervals([_mark(each) for each in by_size], "examples per second", series="model and device"),
    )
    winners = tell_winners(summary)
    blocks: tuple[Block, ...] = (figure, write_sentences(winners)) if winners else (figure,)
    return Section("inference", "How fast does a model predict?", blocks)


def _mark(prediction: Prediction) -> Mark:
    rate, latency = prediction.case.get(RATE), prediction.case.find(FIRST_BATCH)
    return Mark(
        f"batch of {prediction.batch_size}",
        f"{prediction.model}, {name_device(prediction.case.device)}",
        rate,
        tell_rate(rate),
        "" if latency is None else f"{FIRST_BATCH.render(latency.median)} a call",
    )
