"""The table of the traces that a run captured: what their steps wait for, and what profiling costs."""

from __future__ import annotations

from reports.drawing.blocks import Block, Column, Emphasis, Lines, Row, Table, build_row, number_columns
from reports.drawing.numbers import render_estimate, render_kilobytes, render_percent, render_ratio
from reports.record.capture import Capture
from reports.summary.case import CaseSummary
from reports.summary.metric import PROFILER_COST, STEP_TIME, TRACED_STEP_TIME, Metric
from reports.summary.reference import CPU
from reports.summary.summary import Summary
from reports.tables.orderings import ORDERING
from reports.traces.verdict import MODERATE

MS_PER_S = 1000
TITLE = "profiler traces of a training step of the mlp"
COLUMNS = (
    ORDERING,
    *number_columns("step ms", "wait %"),
    Column("waits for"),
    *number_columns("plain ms", "cost %", "kB/step"),
)


def tabulate_captures(summary: Summary) -> list[Block]:
    """A row for every trace of the run; nothing if it has none."""
    captured = [(case, case.capture) for case in summary.cases if case.capture is not None]
    if not captured:
        return []
    rows = tuple(_list_capture(*each) for each in captured)
    return [Table(TITLE, COLUMNS, rows), Lines(_explain(captured[0][1].folder), Emphasis.FAINT)]


def _list_capture(case: CaseSummary, capture: Capture) -> Row:
    return build_row(
        f"  {case.name}" if case.device == CPU else f"  {case.name} {case.device}",
        _render_ms(case, TRACED_STEP_TIME),
        render_percent(capture.input_share, 0),
        capture.slowest_stage if capture.input_share >= MODERATE else "",
        _render_ms(case, STEP_TIME),
        render_estimate(case.get(PROFILER_COST), render_percent),
        render_kilobytes(capture.num_bytes / capture.num_markers),
    )


def _render_ms(case: CaseSummary, metric: Metric) -> str:
    return render_estimate(case.get(metric).scale(MS_PER_S), render_ratio)


def _explain(folder: str) -> tuple[str, ...]:
    return (
        f"step, wait: in the trace, and how much of it waits for input; from {MODERATE:.0%} on: for which stage",
        "plain: a step without the profiler; cost: what the profiler adds to it, block against block",
        f"more: mnist-report trace RUN/{folder}",
        "in the browser: mnist-report tensorboard RUN",
    )
