"""Whether each ordering keeps a consumer busy: an emulated accelerator, a real training step."""

from __future__ import annotations

from reports.drawing.blocks import Figure, Section, write_sentences
from reports.drawing.numbers import render_estimate, render_percent
from reports.page.charts.intervals_chart import Bound, Mark, draw_intervals
from reports.page.charts.meanings import find_arm_colour
from reports.page.names import has_several_devices, name_device, name_row
from reports.page.sections.speed import READ_INTERVALS
from reports.summary.case import CaseSummary
from reports.summary.fields import BUSY_ENOUGH, PIPELINES
from reports.summary.metric import BUSY_SHARE
from reports.summary.summary import Summary
from reports.tables.notes import tell_busy

PERCENT = 100
ASKED_FOR = Bound(BUSY_ENOUGH * PERCENT, f"MLPerf Storage: {BUSY_ENOUGH:.0%}", PERCENT)
CONSUMERS = {"step": "training step", "emulated": "emulated accelerator"}


def describe_feeding(summary: Summary) -> Section | None:
    """The share of time that the consumer computes; None where nothing was fed."""
    groups = ("training", PIPELINES)
    cases = [case for case in summary.cases if case.group in groups and case.find(BUSY_SHARE)]
    if not cases:
        return None
    said = tell_busy(summary)
    lines = (write_sentences(said),) if said else ()
    return Section("feeding", "Does it keep a model busy?", (draw_feeding(cases), *lines))


def draw_feeding(cases: list[CaseSummary]) -> Figure:
    """Accelerator utilisation of every fed case."""
    found = [(case, case.get(BUSY_SHARE)) for case in cases]
    several = has_several_devices(cases)
    ranked = sorted(found, key=lambda pair: pair[1].median, reverse=True)
    marks = [
        Mark(
            name_row(case),
            _name_consumer(case, with_device=several),
            share.scale(PERCENT),
            f"{render_estimate(share, render_percent)} %",
            case.ordering,
            find_arm_colour(case.arm),
        )
        for case, share in ranked
    ]
    return Figure(
        "Accelerator utilisation, percent",
        "The share of a turn, after its first batch, in which the consumer computes; the rest it waits for batches."
        f" The dashed line is at {BUSY_ENOUGH:.0%}, which MLPerf Storage asks for. {READ_INTERVALS}",
        draw_intervals(marks, "percent of the time", series="consumer", log=False, bound=ASKED_FOR),
    )


def _name_consumer(case: CaseSummary, *, with_device: bool) -> str:
    """Such as: emulated accelerator, 2 ms, raw."""
    step = "" if case.step_ms is None else f"{case.step_ms:g} ms"
    device = name_device(case.device) if with_device else ""
    parts = (CONSUMERS.get(case.consumer, case.consumer), step, case.arm, device)
    return ", ".join(part for part in parts if part)
