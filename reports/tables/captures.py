"""The table of the traces that a run captured: what their steps wait for, and what profiling costs."""

from __future__ import annotations

from collections.abc import Sequence

from reports.drawing.blocks import Block, Column, Emphasis, Lines, Table, build_row, number_columns
from reports.drawing.numbers import render_estimate, render_percent, render_ratio
from reports.record.record import Capture, CaseRecord, Record
from reports.stats.median import Estimate, estimate_median
from reports.traces.verdict import MODERATE
from reports.xplane.periods import NS_PER_MS

KILOBYTE = 1000
SHORTEST_NAME = 20  # columns: the longest name of an ordering
TITLE = "profiler traces of a training step of the mlp"
COLUMNS = (
    Column("  ordering", least=SHORTEST_NAME),
    *number_columns("step ms", "wait %"),
    Column("waits for"),
    *number_columns("plain ms", "cost %", "kB/step"),
)


def estimate_step_ms(step_ns: Sequence[int]) -> Estimate:
    """The median step in milliseconds."""
    return estimate_median([each / NS_PER_MS for each in step_ns])


def estimate_cost(capture: Capture) -> Estimate:
    """What the profiler adds to a step, as a share of a step without it, block against block of the same round."""
    blocks = zip(capture.profiled_step_ns, capture.plain_step_ns, strict=True)
    return estimate_median([profiled / plain - 1 for profiled, plain in blocks])


def tabulate_captures(record: Record) -> list[Block]:
    """A row for every trace of the run; nothing if it has none."""
    captured = [(_name_row(case), case.capture) for case in record.cases if case.capture is not None]
    if not captured:
        return []
    rows = tuple(build_row(f"  {name}", *_render_cells(capture)) for name, capture in captured)
    first = captured[0][1].folder
    return [Table(TITLE, COLUMNS, rows), Lines(_explain(first), Emphasis.FAINT)]


def _name_row(case: CaseRecord) -> str:
    return case.name if case.device == "cpu" else f"{case.name} {case.device}"


def _render_cells(capture: Capture) -> tuple[str, ...]:
    return (
        render_estimate(estimate_step_ms(capture.step_ns), render_ratio),
        render_percent(capture.input_share, 0),
        capture.slowest_stage if capture.input_share >= MODERATE else "",
        render_estimate(estimate_step_ms(capture.plain_step_ns), render_ratio),
        render_estimate(estimate_cost(capture), render_percent),
        f"{capture.num_bytes / capture.num_markers / KILOBYTE:.0f}",
    )


def _explain(folder: str) -> tuple[str, ...]:
    return (
        f"step, wait: in the trace, and how much of it waits for input; from {MODERATE:.0%} on: for which stage",
        "plain: a step without the profiler; cost: what the profiler adds to it, block against block",
        f"more: mnist-report trace RUN/{folder}",
        "in the browser: mnist-report tensorboard RUN",
    )
