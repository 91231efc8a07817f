"""What a trace says of its input, in sentences: the terminal and the page show the same."""

from __future__ import annotations

import dataclasses

from reports.drawing.numbers import render_decimal, render_ms, render_share
from reports.traces.stage_kinds import find_kind
from reports.traces.stages import Pipeline
from reports.traces.trace import PARTS, Trace
from reports.traces.verdict import STEPS
from reports.xplane.periods import PS_PER_MS

MOST_WORK = 3  # types of operations; what comes after runs for a fraction of it
PYTHON = frozenset({"PyFunc", "EagerPyFunc", "PyFuncStateless"})  # py_function, numpy_function, from_generator


def tell_verdict(trace: Trace) -> list[str]:
    """Whether input holds up the program, and what does it or what else takes the time; a line each."""
    if trace.verdict is None:
        return ["no verdict: neither steps nor tf.data in this trace"]
    of = "step time" if trace.verdict.of == STEPS else "captured time"
    said = f"{trace.verdict.bound}: {render_share(trace.verdict.input_share)} % of the {of} is waiting for input"
    lines = _blame(trace.pipelines[0]) if trace.verdict.is_input_bound and trace.pipelines else _tell_rest(trace)
    return [said, *_tell_gain(trace), *lines]


def _tell_gain(trace: Trace) -> list[str]:
    """What the wait costs, where steps tell it."""
    if trace.verdict is None or not trace.verdict.is_input_bound or trace.verdict.of != STEPS:
        return []
    mean = trace.mean_step_ms or 0.0
    rest = mean * (1 - trace.verdict.input_share)
    return [
        f"without that wait a step would take {render_decimal(rest)} ms instead of {render_decimal(mean)} ms, at best"
    ]


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


def _tell_rest(trace: Trace) -> list[str]:
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
