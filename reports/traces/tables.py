"""One trace as blocks: what the profiler complains of, the verdict, then the numbers behind it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from reports.drawing.blocks import Block, Emphasis, Gap, Lines, Row, Table, build_row
from reports.drawing.long_names import build_columns, shorten
from reports.drawing.numbers import (
    render_decimal,
    render_estimate,
    render_mean_ms,
    render_megabytes,
    render_ms,
    render_ratio,
    render_share,
)
from reports.stats.median import CONFIDENCE
from reports.timeline.operations import Operation
from reports.timeline.stages import Pipeline, Stage, StageSetting
from reports.timeline.steps import FEWEST_CUT
from reports.traces.device_tables import tabulate_devices, tabulate_memory
from reports.traces.lines import list_notes, tell_counted, tell_verdict
from reports.traces.trace import PARTS, Trace
from reports.traces.verdict import SCALE
from reports.xplane.periods import NS_PER_MS, PS_PER_MS

NOT_SEEN = "-"


def tabulate_trace(trace: Trace, top: int) -> list[Block]:
    """The profiler's notes, the verdict, the steps, the stages of every pipeline, the `top` longest operations, ..."""
    blocks: list[Block] = [_tell_capture(trace), *_tell_notes(trace), Gap(), *_tell_verdict(trace), Gap()]
    blocks += _tabulate_steps(trace)
    for number, pipeline in enumerate(trace.pipelines, start=1):
        chain = Lines((f"runs as {pipeline.chain}",), Emphasis.FAINT)
        blocks += [_tabulate_stages(pipeline, _title_pipeline(trace, number)), chain, Gap()]
    if trace.operations and top:
        blocks.append(_tabulate_operations(trace.operations[:top], len(trace.operations)))
    blocks += [*tabulate_devices(trace, top), *tabulate_memory(trace.memory)]
    remarks = Lines(tuple(f"! {remark}" for remark in trace.remarks), Emphasis.UNSURE)
    return [*blocks, remarks, Lines(tuple(_explain(trace)), Emphasis.FAINT)]


def _tell_capture(trace: Trace) -> Lines:
    said = f"{trace.session.name}: {render_ms(trace.capture_ms)} ms captured, {render_megabytes(trace.num_bytes)}"
    return Lines((said,), Emphasis.FAINT)


def _tell_notes(trace: Trace) -> list[Lines]:
    notes = tuple(f"! {note}" for note in list_notes(trace))
    return [Lines(notes, Emphasis.UNSURE)] if notes else []


def _tell_verdict(trace: Trace) -> list[Lines]:
    is_bad = trace.verdict is not None and trace.verdict.is_input_bound
    emphasis = Emphasis.UNSURE if trace.verdict is None else Emphasis.WORST if is_bad else Emphasis.BEST
    said, *lines = tell_verdict(trace)
    return [Lines((said,), emphasis), Lines(tuple(lines))]


def _tabulate_steps(trace: Trace) -> list[Block]:
    if trace.split is None or trace.step_ms is None or trace.mean_step_ms is None:
        return []
    durations = [step.duration_ns / NS_PER_MS for step in trace.steps]
    rows = [
        build_row(PARTS[part], *_render_part(part, share, trace))
        for part, share in dataclasses.asdict(trace.split).items()
        if part in trace.parts
    ]
    rows.append(build_row("a step", render_mean_ms(trace.mean_step_ms), "100", emphasis=Emphasis.STRONG))
    table = Table("step time, ms", build_columns("", "mean", "share %"), tuple(rows))
    return [table, Lines((tell_counted(trace.kinds[0]), _tell_spread(trace, durations)), Emphasis.FAINT), Gap()]


def _render_part(part: str, share: float, trace: Trace) -> tuple[str, str]:
    if part == "input" and trace.verdict is None:
        return NOT_SEEN, NOT_SEEN
    return render_mean_ms(share * (trace.mean_step_ms or 0.0)), render_share(share)


def _tell_spread(trace: Trace, durations: Sequence[float]) -> str:
    assert trace.step_ms is not None  # noqa: S101  # there are steps
    assert trace.mean_step_ms is not None  # noqa: S101
    if len(durations) == 1:
        return f"it took {render_mean_ms(durations[0])} ms"
    median = render_estimate(trace.step_ms, render_ratio)
    spread = f"from {render_mean_ms(min(durations))} to {render_mean_ms(max(durations))}"
    return f"median {median}, mean {render_decimal(trace.mean_step_ms)}, {spread}"


def _title_pipeline(trace: Trace, number: int) -> str:
    pipeline, count = trace.pipelines[number - 1], len(trace.pipelines)
    if count == 1:
        return "tf.data" if pipeline.serves or not trace.kinds else f"tf.data, for {pipeline.consumer}"
    return f"tf.data, pipeline {number} of {count}: for {pipeline.consumer}"


def _tabulate_stages(pipeline: Pipeline, title: str) -> Table:
    columns = build_columns("stage", "wait %", "wait ms", "own ms", "calls", "parallel", "buffer", "batch")
    return Table(title, columns, tuple(_list_stage(stage, pipeline) for stage in pipeline.stages))


def _list_stage(stage: Stage, pipeline: Pipeline) -> Row:
    slowest = stage is pipeline.slowest
    share = stage.share_ps / pipeline.wait_ps if pipeline.wait_ps else 0.0
    settings = {setting.name: setting for setting in stage.settings}
    return build_row(
        f"{'*' if slowest else ' '} {name_stage(stage)}",
        render_share(share),
        render_ms(stage.share_ps / PS_PER_MS),
        render_ms(stage.own_ps / PS_PER_MS),
        f"{stage.num_calls}",
        *(_render_setting(settings.get(name)) for name in ("parallelism", "buffer", "batch")),
        emphasis=Emphasis.STRONG if slowest else Emphasis.PLAIN,
    )


def name_stage(stage: Stage) -> str:
    """The stage, moved to the right the farther it is from the consumer."""
    return f"{' ' * (len(stage.path) - 1)}{stage.name}"


def _render_setting(setting: StageSetting | None) -> str:
    if setting is None:
        return ""
    value = "?" if setting.value is None else f"{setting.value}"
    return f"auto {value}" if setting.tuned else value


def _tabulate_operations(operations: Sequence[Operation], count: int) -> Table:
    kernels = "; calls on a device are kernels" if any(each.place == "device" for each in operations) else ""
    title = f"operations, the longest {len(operations)} of {count}{kernels}"
    return Table(
        title,
        build_columns("name", "type", "on", "own ms", "calls", answers=("own ms",)),
        tuple(map(_list_operation, operations)),
    )


def _list_operation(operation: Operation) -> Row:
    own = render_ms(operation.self_ns / NS_PER_MS)
    return build_row(shorten(operation.name), operation.kind, operation.place, own, f"{operation.num_calls}")


def _explain(trace: Trace) -> list[str]:
    """What the columns mean."""
    lines = []
    if trace.pipelines:
        lines += [
            "wait: the consumer's, and the stage in which it went (* the slowest); own: called, its inputs not",
            "auto: AUTOTUNE chose the number; ?: too busy to tell; these tables are of the whole capture",
        ]
    if any(kind.num_marked - len(kind.steps) > 0 for kind in trace.kinds) and trace.num_marks >= FEWEST_CUT:
        lines.append("of six steps or more of any name the first and the last do not count: a capture may cut them")
    if trace.steps:
        lines.append(f"[]: {CONFIDENCE:.0%} interval of the median. The profiler slows a run: take no rates from it")
    if trace.verdict is not None:
        lines.append(SCALE)
    return lines
