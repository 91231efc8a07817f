"""The table of the traces that a run captured: what their steps wait for, and what profiling costs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from reports.drawing.numbers import render_estimate, render_percent, render_ratio
from reports.drawing.table_look import open_table
from reports.record.record import Capture, CaseRecord, Record
from reports.stats.median import Estimate, estimate_median
from reports.traces.trace import MODERATE

MILLISECONDS = 1_000_000  # nanoseconds
KILOBYTE = 1000
SHORTEST_NAME = 20  # columns: the longest name of an ordering


def estimate_step_ms(step_ns: Sequence[int]) -> Estimate:
    """The median step in milliseconds."""
    return estimate_median([each / MILLISECONDS for each in step_ns])


def estimate_cost(capture: Capture) -> Estimate:
    """What the profiler adds to a step, as a share of a step without it, block against block of the same round."""
    blocks = zip(capture.profiled_step_ns, capture.plain_step_ns, strict=True)
    return estimate_median([profiled / plain - 1 for profiled, plain in blocks])


def render_captures(record: Record) -> list[RenderableType]:
    """A row for every trace of the run; nothing if it has none."""
    captured = [(_name_row(case), case.capture) for case in record.cases if case.capture is not None]
    if not captured:
        return []
    table = open_table("profiler traces of a training step of the mlp")
    table.add_column("  ordering", min_width=SHORTEST_NAME, overflow="fold")
    for title in ("step ms", "wait %"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("waits for", overflow="fold")
    for title in ("plain ms", "cost %", "kB/step"):
        table.add_column(title, justify="right", no_wrap=True)
    for name, capture in captured:
        table.add_row(Text(f"  {name}"), *_render_cells(capture))
    first = captured[0][1].folder
    return [table, *(Text(f" {line}", style="dim") for line in _explain(first))]


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


def _explain(folder: str) -> list[str]:
    return [
        f"step, wait: in the trace, and how much of it waits for input; from {MODERATE:.0%} on: for which stage",
        "plain: a step without the profiler; cost: what the profiler adds to it, block against block",
        f"more: mnist-report trace RUN/{folder}",
        "in the browser: mnist-report tensorboard RUN",
    ]
