"""Profiler traces: the steps over time, and the stage of tf.data that the consumer waits for."""

from __future__ import annotations

import re
from collections.abc import Sequence

import altair as alt

from reports.drawing.blocks import Block, Emphasis, Figure, Heading, Lines, Section, Spec, write_sentences
from reports.drawing.numbers import count_things, render_estimate, render_ms, render_ratio, render_share
from reports.page.charts.drawing import finish, list_tips
from reports.page.charts.intervals_chart import ROW_HEIGHT
from reports.page.charts.meanings import BAD, CPU, GPU, OPEN, SPARE, paint
from reports.timeline.stages import Pipeline
from reports.timeline.steps import Step
from reports.traces.lines import list_notes, tell_verdict
from reports.traces.trace import PARTS, Trace
from reports.xplane.periods import NS_PER_MS, PS_PER_MS

HEIGHT = 260  # pixels
MOST_STEPS = 400  # drawn of one trace; more are too thin to see
DECIMALS = 4  # of a millisecond: what a profiler tells, and a page need not hold more
MOST_STAGES = 12  # drawn of one pipeline: those with the largest share
NUMBER = re.compile(r"(\d+)\s*$")  # at the end of a step's name
COLOURS = {  # of the parts of a step
    "input": BAD, "copy": SPARE[1], "host": CPU, "device": GPU, "launch": SPARE[0], "other": OPEN,
}  # fmt: skip


def describe_traces(traces: Sequence[Trace], unreadable: Sequence[str]) -> Section | None:
    """Each trace with its verdict, its steps and its stages, and which ones could not be read; None without any."""
    blocks: list[Block] = [Lines(tuple(unreadable), Emphasis.UNSURE)] if unreadable else []
    for trace in traces:
        blocks += _describe(trace)
    return Section("traces", "What do the profiler's traces say?", tuple(blocks)) if blocks else None


def _describe(trace: Trace) -> list[Block]:
    notes = tuple(list_notes(trace))
    blocks: list[Block] = [Heading(trace.session.name), *([Lines(notes, Emphasis.UNSURE)] if notes else [])]
    blocks.append(write_sentences(_say(trace)))
    if trace.steps:
        blocks.append(draw_steps(trace))
    if trace.awaited and trace.awaited.wait_ps:
        blocks.append(draw_stages(trace.awaited))
    return [*blocks, Lines(trace.remarks, Emphasis.UNSURE)] if trace.remarks else blocks


def _say(trace: Trace) -> list[str]:
    lines = tell_verdict(trace)
    if trace.step_ms is not None:
        lines.append(
            f"{count_things(trace.step_ms.count, 'step')}, median {render_estimate(trace.step_ms, render_ratio)} ms"
        )
    if trace.awaited:
        lines.append(f"the pipeline ran as {trace.awaited.chain}")
    return lines


def draw_steps(trace: Trace) -> Figure:
    """What each step's time went to, step after step."""
    slowest = f"; the slowest stage of tf.data is {trace.awaited.slowest.name}" if trace.awaited else ""
    count = len(trace.steps)
    left_out = f" The first {MOST_STEPS} of {count} steps are drawn." if count > MOST_STEPS else ""
    return Figure(
        f"Steps over time, milliseconds{slowest}",
        "A column is a step, in the order in which they ran; its parts stand on each other in the order of the key,"
        " waiting for input at the bottom. The profiler slows a run: compare the parts, take no rates from it."
        f"{left_out}",
        _draw_steps(trace.steps[:MOST_STEPS], trace.parts),
    )


def draw_stages(pipeline: Pipeline) -> Figure:
    """Where in the pipeline the consumer's wait went."""
    share = render_share(pipeline.slowest.share_ps / pipeline.wait_ps)
    return Figure(
        f"Where the wait for input went, milliseconds: {share} % in {pipeline.slowest.name}",
        f"The consumer waited {render_ms(pipeline.wait_ps / PS_PER_MS)} ms in all, over the whole capture. A bar is"
        " the part of it that was the stage's own time; the stage on top is next to the consumer, the one at the bottom"
        " is the source. The filled bar is the slowest stage.",
        _draw_stages(pipeline),
    )


def _draw_steps(steps: Sequence[Step], parts: Sequence[str]) -> Spec:
    values = [value for place, step in enumerate(steps) for value in _describe_step(place, step, parts)]
    titles, colours = [PARTS[part] for part in parts], [paint(COLOURS[part]) for part in parts]
    bars = (
        alt.Chart(alt.InlineData(values=values))
        .mark_bar()
        .encode(
            x=alt.X("number:O", title="step", axis=alt.Axis(labelAngle=0, labelOverlap="greedy", ticks=False)),
            y=alt.Y("ms:Q", title="milliseconds", stack=True, axis=alt.Axis(grid=True)),
            color=alt.Color("part:N", sort=titles, title=None, scale=alt.Scale(domain=titles, range=colours)),
            order=alt.Order("rank:Q"),
            tooltip=list_tips(step="step", part="part", shown="ms", whole="the whole step, ms"),
        )
    )
    return finish([bars], HEIGHT, "steps over time, milliseconds of each part")


def _describe_step(place: int, step: Step, parts: Sequence[str]) -> list[dict[str, object]]:
    number = NUMBER.search(step.name)
    return [
        {
            "step": step.name,
            "number": int(number[1]) if number else place,
            "part": PARTS[part],
            "rank": rank,
            "ms": round(getattr(step, f"{part}_ns") / NS_PER_MS, DECIMALS),
            "shown": render_ms(getattr(step, f"{part}_ns") / NS_PER_MS),
            "whole": render_ms(step.duration_ns / NS_PER_MS),
        }
        for rank, part in enumerate(parts)
    ]


def _draw_stages(pipeline: Pipeline) -> Spec:
    largest = sorted(pipeline.stages, key=lambda stage: stage.share_ps, reverse=True)[:MOST_STAGES]
    values = [
        {
            "row": f"{number}. {stage.name}",
            "ms": stage.share_ps / PS_PER_MS,
            "slowest": stage is pipeline.slowest,
            "share": f"{render_share(stage.share_ps / pipeline.wait_ps)} %",
            "shown": render_ms(stage.share_ps / PS_PER_MS),
        }
        for number, stage in enumerate(pipeline.stages)
        if stage in largest
    ]
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X("ms:Q", title="milliseconds of the consumer's wait"),
        y=alt.Y("row:N", sort=None, title=None),
        tooltip=list_tips(row="stage", shown="ms", share="share of the wait"),
    )
    bars = base.mark_bar(height=16, color=paint(BAD)).encode(
        opacity=alt.condition("datum.slowest", alt.value(1), alt.value(0.3))
    )
    labels = base.mark_text(align="left", dx=5).encode(text="share:N")
    return finish([bars, labels], len(values) * ROW_HEIGHT, "the consumer's wait, by stage")
