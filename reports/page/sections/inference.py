"""How fast a model predicts, by batch size and device."""

from __future__ import annotations

from reports.drawing.blocks import Block, Figure, Section, write_sentences
from reports.drawing.numbers import render_estimate, render_rate, render_seconds
from reports.page.charts.intervals_chart import Mark, draw_intervals
from reports.page.names import name_device
from reports.page.sections.speed import READ_INTERVALS, READ_LOG
from reports.record.record import CaseRecord, Record
from reports.summary.estimates import estimate_first_batch_s, estimate_rate
from reports.tables.devices import describe_winners, read_inference


def describe_inference(record: Record) -> Section | None:
    """Throughput by batch size, and from which size on another device than the CPU wins; None if nothing predicted."""
    found = [(key, case) for case in record.cases if case.turns and (key := read_inference(case)) is not None]
    if not found:
        return None
    marks = [_mark(model, size, case) for (model, size), case in sorted(found, key=lambda pair: pair[0][1])]
    figure = Figure(
        "Inference by batch size, examples per second",
        "Farther right is faster: larger batches share the cost of a call, until the device is full. Point at a mark"
        f" for the latency of one call. {READ_INTERVALS} {READ_LOG}",
        draw_intervals(marks, "examples per second", series="model and device"),
    )
    winners = describe_winners(record)
    blocks: tuple[Block, ...] = (figure, write_sentences(winners)) if winners else (figure,)
    return Section("inference", "How fast does a model predict?", blocks)


def _mark(model: str, size: int, case: CaseRecord) -> Mark:
    rate = estimate_rate(case)
    latency = render_seconds(estimate_first_batch_s(case).median)
    return Mark(
        f"batch of {size}",
        f"{model}, {name_device(case.device)}",
        rate,
        f"{render_estimate(rate, render_rate)} examples/s",
        f"{latency} a call",
    )
