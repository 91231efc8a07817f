"""One trace as text: the verdict first, then the numbers behind it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reports.drawing.numbers import render_estimate, render_ratio
from reports.drawing.table_look import open_table
from reports.stats.median import CONFIDENCE
from reports.traces.stage_kinds import find_kind
from reports.traces.stages import Pipeline, Setting, Stage
from reports.traces.trace import PARTS, Trace
from reports.traces.verdict import HIGH, MODERATE, STEPS
from reports.xplane.periods import NS_PER_MS, PS_PER_MS
from reports.xplane.xprof import Operation

MEGABYTE = 1_000_000
LONGEST_NAME = 46  # characters; the end of the name says most, so the beginning goes
MOST_WORK = 3  # types of operations; what comes after runs for a fraction of it
ROW_OF_NAMES = 24  # columns: three levels of stages and MapAndBatch
LEAST_SHARE = 0.005  # of the wait: less rounds to nothing
PYTHON = frozenset({"PyFunc", "EagerPyFunc", "PyFuncStateless"})  # py_function, numpy_function, from_generator
INDENT = (0, 0, 0, 1)


def render_trace(trace: Trace, top: int) -> RenderableType:
    """The verdict, the steps, the stages of every pipeline, the `top` longest operations and the remarks."""
    parts: list[RenderableType] = [_render_head(trace), Text(), *_render_verdict(trace), Text()]
    parts += _render_steps(trace)
    for number, pipeline in enumerate(trace.pipelines, start=1):
        title = "tf.data" if len(trace.pipelines) == 1 else f"tf.data, pipeline {number} of {len(trace.pipelines)}"
        parts += [
            _render_stages(pipeline, title),
            Padding(Text(f"runs as {pipeline.chain}", style="dim"), INDENT),
            Text(),
        ]
    if trace.operations and top:
        parts += [_render_operations(trace.operations[:top], len(trace.operations))]
    parts += [_paragraph(f"! {remark}", "yellow") for remark in trace.remarks]
    return Group(*parts, *(_paragraph(line, "dim") for line in _explain(trace)))


def _paragraph(text: str, style: str = "") -> RenderableType:
    return Padding(Text(text, style=style), INDENT)


def _render_head(trace: Trace) -> RenderableType:
    size = f"{trace.num_bytes / MEGABYTE:.1f} MB"
    return _paragraph(f"{trace.session.name}: {render_ms(trace.capture_ms)} ms captured, {size}", "dim")


def _render_verdict(trace: Trace) -> list[RenderableType]:
    style = "bold" if trace.verdict is None else "bold red" if trace.verdict.is_input_bound else "bold green"
    said, *lines = describe_verdict(trace)
    return [_paragraph(said, style), *(_paragraph(line) for line in lines)]


def describe_verdict(trace: Trace) -> list[str]:
    """Whether input holds up the program, and what does it or what else takes the time; a line each."""
    if trace.verdict is None:
        return ["no verdict: neither steps nor tf.data in this trace"]
    of = "step time" if trace.verdict.of == STEPS else "captured time"
    said = f"{trace.verdict.bound}: {render_share(trace.verdict.input_share)} % of the {of} is waiting for input"
    lines = _blame(trace.pipelines[0]) if trace.verdict.is_input_bound and trace.pipelines else _describe_rest(trace)
    return [said, *_describe_gain(trace), *lines]


def _describe_gain(trace: Trace) -> list[str]:
    """What the wait costs, where steps tell it."""
    if trace.verdict is None or not trace.verdict.is_input_bound or trace.verdict.of != STEPS:
        return []
    mean = trace.mean_step_ms or 0.0
    rest = mean * (1 - trace.verdict.input_share)
    return [f"without that wait a step would take {rest:.1f} ms instead of {mean:.1f} ms, at best"]


def _blame(pipeline: Pipeline) -> list[str]:
    """The slowest stage, what is waited for in it, and what to do."""
    stage, kind = pipeline.slowest, find_kind(pipeline.slowest.name)
    share = render_share(stage.share_ps / pipeline.wait_ps) if pipeline.wait_ps else "0"
    ran = ", ".join(f"{work.kind} {render_ms(work.duration_ps / PS_PER_MS)} ms" for work in stage.work[:MOST_WORK])
    lines = [
        f"slowest stage: {stage.name}, {share} % of that wait: it waited for {kind.waits_for}",
        f"meanwhile tf.data's threads ran {ran}" if ran else "",
        f"to do: {kind.advice}",
    ]
    if stage.work and stage.work[0].kind in PYTHON:
        lines.append(
            f"{stage.work[0].kind} runs Python code, which does not run in parallel: use TensorFlow's operations"
        )
    return [line for line in lines if line]


def _describe_rest(trace: Trace) -> list[str]:
    """What takes the time, if it is not input; and the slowest stage all the same."""
    lines = []
    if trace.split is not None and trace.verdict is not None and trace.verdict.of == STEPS:
        shares = {part: share for part, share in dataclasses.asdict(trace.split).items() if part != "input"}
        part = max(shares, key=lambda each: shares[each])
        lines.append(f"most of a step, {render_share(shares[part])} %, is {PARTS[part]}")
    if trace.pipelines:
        pipeline = trace.pipelines[0]
        wait = render_ms(pipeline.wait_ps / PS_PER_MS)
        lines.append(f"the pipeline keeps up: {wait} ms of waiting in all, most of it for {pipeline.slowest.name}")
    return lines


def _render_steps(trace: Trace) -> list[RenderableType]:
    if trace.split is None or trace.step_ms is None or trace.mean_step_ms is None:
        return []
    durations = [step.duration_ns / NS_PER_MS for step in trace.steps]
    table = build_table("step time, ms", "", "mean", "share %")
    for part, share in dataclasses.asdict(trace.split).items():
        table.add_row(PARTS[part], f"{share * trace.mean_step_ms:.2f}", render_share(share))
    table.add_row("a step", f"{trace.mean_step_ms:.2f}", "100", style="bold")
    median = render_estimate(trace.step_ms, render_ratio)
    spread = f"from {min(durations):.2f} to {max(durations):.2f}"
    counted = (
        f"{trace.step_ms.count} steps: median {median}, {spread}; TensorBoard shows the mean, {trace.mean_step_ms:.1f}"
    )
    return [table, _paragraph(counted, "dim"), Text()]


def _render_stages(pipeline: Pipeline, title: str) -> Table:
    table = build_table(title, "stage", "wait %", "wait ms", "own ms", "calls", "parallel", "buffer", "batch")
    for stage in pipeline.stages:
        slowest = stage is pipeline.slowest
        share = stage.share_ps / pipeline.wait_ps if pipeline.wait_ps else 0.0
        settings = {setting.name: setting for setting in stage.settings}
        table.add_row(
            Text(f"{'*' if slowest else ' '} {name_stage(stage)}"),
            render_share(share),
            render_ms(stage.share_ps / PS_PER_MS),
            render_ms(stage.own_ps / PS_PER_MS),
            f"{stage.num_calls}",
            *(_render_setting(settings.get(name)) for name in ("parallelism", "buffer", "batch")),
            style="bold" if slowest else None,
        )
    return table


def name_stage(stage: Stage) -> str:
    """The stage, moved to the right the farther it is from the consumer."""
    return f"{' ' * (len(stage.path) - 1)}{stage.name}"


def _render_setting(setting: Setting | None) -> str:
    if setting is None:
        return ""
    value = "?" if setting.value is None else f"{setting.value}"
    return f"auto {value}" if setting.tuned else value


def _render_operations(operations: Sequence[Operation], count: int) -> Table:
    table = build_table(
        f"operations, the longest {len(operations)} of {count}", "name", "type", "on", "own ms", "calls"
    )
    for operation in operations:
        own = render_ms(operation.self_ns / NS_PER_MS)
        table.add_row(
            Text(shorten(operation.name)), Text(operation.kind), operation.place, own, f"{operation.num_calls}"
        )
    return table


def _explain(trace: Trace) -> list[str]:
    """What the columns mean."""
    lines = []
    if trace.pipelines:
        lines += [
            "wait: the consumer's, and the stage in which it went (* the slowest); own: called, its inputs not",
            "auto: AUTOTUNE chose the number; ?: too busy to tell; these tables are of the whole capture",
        ]
    if trace.steps:
        lines.append(f"[]: {CONFIDENCE:.0%} interval of the median. The profiler slows a run: take no rates from it")
    if trace.verdict is not None:
        lines.append(
            f"input-bound: moderately from {MODERATE:.0%} of the time on, highly from {HIGH:.0%}, as in TensorBoard"
        )
    return lines


def build_table(title: str, first: str, *titles: str, width: int = ROW_OF_NAMES) -> Table:
    """A table whose first column is text, at least `width` wide, and the others numbers."""
    table = open_table(title)
    table.add_column(first, min_width=width, overflow="fold")
    for each in titles:
        table.add_column(each, justify="left" if each in {"type", "on"} else "right", overflow="fold")
    return table


def shorten(name: str) -> str:
    """The end of a long name."""
    return name if len(name) <= LONGEST_NAME else f"..{name[2 - LONGEST_NAME :]}"


def render_ms(value: float) -> str:
    """Milliseconds with what digits a profiler's clock supports."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004


def render_share(share: float) -> str:
    """A share as percent; what is less than half a percent is not zero."""
    return "<1" if 0 < share < LEAST_SHARE else f"{100 * share:.0f}"
