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
TITLE_OF_PIPELINES = "profiler traces of steps that take a batch each"
PIPELINE = Column("pipeline")
SEEN = (*number_columns("step ms", "wait %"), Column("waits for"))
COST = number_columns("plain ms", "cost %")
EXPLAINED_COST = "plain: a step without the profiler; cost: what the profiler adds to it, block against block"
SIZE = number_columns("kB/step")


def tabulate_captures(summary: Summary) -> list[Block]:
    """A row for every trace of the run; nothing if it has none.

    What the profiler costs is told of training steps alone: those are measured in blocks, with and without it in turn.
    """
    captured = [(case, case.capture) for case in summary.cases if case.capture is not None]
    if not captured:
        return []
    trains = not summary.pipelines
    rows = tuple(_list_capture(*each, trains=trains) for each in captured)
    columns = (ORDERING, *SEEN, *COST, *SIZE) if trains else (PIPELINE, *SEEN, *SIZE)
    title = TITLE if trains else TITLE_OF_PIPELINES
    return [Table(title, columns, rows), Lines(_explain(captured[0][1].folder, trains=trains), Emphasis.FAINT)]


def _list_capture(case: CaseSummary, capture: Capture, *, trains: bool) -> Row:
    name = case.name if case.device == CPU else f"{case.name} {case.device}"
    cost = (_render_ms(case, STEP_TIME), render_estimate(case.get(PROFILER_COST), render_percent)) if trains else ()
    return build_row(
        f"  {name}" if trains else name,
        _render_ms(case, TRACED_STEP_TIME),
        render_percent(capture.input_share, 0),
        capture.slowest_stage if capture.input_share >= MODERATE else "",
        *cost,
        render_kilobytes(capture.num_bytes / capture.num_markers),
    )


def _render_ms(case: CaseSummary, metric: Metric) -> str:
    return render_estimate(case.get(metric).scale(MS_PER_S), render_ratio)


def _explain(folder: str, *, trains: bool) -> tuple[str, ...]:
    return (
        f"step, wait: in the trace, and how much of it waits for input; from {MODERATE:.0%} on: for which stage",
        *([EXPLAINED_COST] if trains else []),
        f"more: mnist-report trace RUN/{folder}",
        "in the browser: mnist-report tensorboard RUN",
    )
