"""Whether each ordering keeps a consumer busy: an emulated accelerator, a real training step."""

from __future__ import annotations

from reports.drawing.blocks import Figure, Section, write_sentences
from reports.drawing.numbers import render_estimate, render_percent
from reports.page.charts.intervals_chart import Mark, draw_intervals
from reports.page.names import name_device, name_row
from reports.page.sections.speed import READ_INTERVALS
from reports.record.record import CaseRecord, Record
from reports.stats.median import Estimate
from reports.summary.estimates import BUSY_SHARE, estimate_busy_share
from reports.tables.orderings import describe_busy

PERCENT = 100
CONSUMERS = {"step": "training step", "emulated": "emulated accelerator"}


def describe_feeding(record: Record) -> Section | None:
    """The share of time that the consumer computes; None where nothing was fed."""
    cases = [case for case in record.cases if case.group == "training" and _computes(case)]
    if not cases:
        return None
    said = describe_busy(record)
    lines = (write_sentences(said),) if said else ()
    return Section("feeding", "Does it keep a model busy?", (draw_feeding(cases), *lines))


def draw_feeding(cases: list[CaseRecord]) -> Figure:
    """Accelerator utilisation of every fed case."""
    found = [(case, estimate_busy_share(case)) for case in cases]
    ranked = sorted(found, key=lambda pair: pair[1].median, reverse=True)
    marks = [
        Mark(
            name_row(case),
            _name_consumer(case, cases),
            _to_percent(share),
            f"{render_estimate(share, render_percent)} %",
            case.ordering,
        )
        for case, share in ranked
    ]
    return Figure(
        "Accelerator utilisation, percent",
        "The share of a turn, after its first batch, in which the consumer computes; the rest it waits for batches."
        f" MLPerf Storage asks for {BUSY_SHARE:.0%}. {READ_INTERVALS}",
        draw_intervals(marks, "percent of the time", series="consumer", log=False),
    )


def _computes(case: CaseRecord) -> bool:
    samples = [turn.sample for turn in case.turns]
    return bool(samples) and all(sample.busy_ns is not None for sample in samples)


def _name_consumer(case: CaseRecord, cases: list[CaseRecord]) -> str:
    """Such as: emulated accelerator, 2 ms, raw."""
    step = "" if case.step_ms is None else f"{case.step_ms:g} ms"
    device = name_device(case.device) if len({each.device for each in cases}) > 1 else ""
    parts = (CONSUMERS.get(case.consumer, case.consumer), step, case.arm, device)
    return ", ".join(part for part in parts if part)


def _to_percent(share: Estimate) -> Estimate:
    low = None if share.low is None else share.low * PERCENT
    high = None if share.high is None else share.high * PERCENT
    return Estimate(share.median * PERCENT, low, high, share.count)
