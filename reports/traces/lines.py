"""What a trace says of its input, in sentences: the terminal and the page show the same."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Sequence

from reports.drawing.numbers import count_things, render_decimal, render_ms, render_share
from reports.timeline.activity import Activity
from reports.timeline.stage_kinds import find_kind
from reports.timeline.stages import Pipeline
from reports.traces.trace import PARTS, StepKind, Trace
from reports.traces.verdict import HIGH, MODERATE, STEPS, InputVerdict
from reports.xplane.periods import PS_PER_MS

MOST_WORK = 3  # types of operations, calls or functions; what comes after runs for a fraction of it
PYTHON = frozenset({"PyFunc", "EagerPyFunc", "PyFuncStateless"})  # py_function, numpy_function, from_generator
SHOW_INPUT = (
    "to do: feed the steps from tf.data, or mark what loads a batch, inside of the step, with"
    ' tf.profiler.experimental.Trace("load")'
)
SHOW_INPUT_OF_JAX = (
    'to do: mark what loads a batch with jax.profiler.TraceAnnotation("load"), inside of'
    ' jax.profiler.StepTraceAnnotation("train", step_num=n)'
)
NOT_BY_JAX = ": a capture by JAX holds no stages of tf.data"
NO_PYTHON = (
    "use TensorFlow's operations, or cache() the result: {operation} runs Python code, of which one call runs at a time"
)
LOADING = re.compile(r"(?i)(?!.*::).*(load|fetch|batch|input|data|next|(?<!th)read)")  # what a program marked itself
LOADS = "to do: if {name} loads the batches, steps wait for it, {share} % of their time: load ahead, as with tf.data"
LONGEST_NOTE = 300  # characters; all of it is in the JSON
MOST_NOTES = 5  # of the profiler's own; a device that drops events says so again and again
COPIED = (
    "most of that wait, {share} % of the {of}, is copying to the device: the pipeline itself keeps up",
    (
        "to do: send fewer bytes (uint8 pixels, made float on the device), or, in a loop of your own, copy ahead with"
        ' tf.data.experimental.prefetch_to_device("/gpu:0") as the last stage'
    ),
)
NO_STAGES = "which stage of tf.data does it, is not in this trace: capture the same steps with tf.profiler.experimental"


def tell_verdict(trace: Trace) -> list[str]:
    """Whether input holds up the program, and what does it or what else takes the time; a line each."""
    if trace.verdict is None:
        return [trace.unclear, *_tell_activity(trace)]
    of = "step time" if trace.verdict.of == STEPS else "captured time"
    said = f"{trace.verdict.bound}: {tell_share(trace.verdict)} % of the {of} is waiting for input"
    if trace.verdict.is_input_bound and trace.verdict.copy_share > trace.verdict.input_share / 2:
        lines = [line.format(share=render_share(trace.verdict.copy_share), of=of) for line in COPIED]
    elif trace.verdict.is_input_bound:
        lines = _blame(trace.awaited) if trace.awaited else [NO_STAGES]
    else:
        lines = _tell_rest(trace)
    return [said, *_tell_gain(trace), *lines, *_tell_other_kinds(trace)]


def tell_share(verdict: InputVerdict) -> str:
    """The share that waits, in percent, which no rounding lifts over the threshold below which it lies."""
    share, rounded = verdict.input_share, render_share(verdict.input_share)
    if any(share < threshold <= float(rounded.lstrip("<")) / 100 for threshold in (MODERATE, HIGH)):
        return f"{math.floor(1000 * share) / 10:.1f}"
    return rounded


def list_notes(trace: Trace) -> list[str]:
    """What the profiler itself says went wrong: why something is missing in the trace."""
    more = len(trace.notes) - MOST_NOTES
    shown = [f"the profiler says: {_cut(note)}" for note in trace.notes[:MOST_NOTES]]
    return [*shown, *([f"and {more} more"] if more > 0 else [])]


def _cut(note: str) -> str:
    return note if len(note) <= LONGEST_NOTE else f"{note[: LONGEST_NOTE - 3]}..."


def tell_counted(kind: StepKind) -> str:
    """How many steps of a name are in the capture, and how many of them count."""
    marked = f"{count_things(kind.num_marked, 'step')} named {kind.name}"
    left_out = kind.num_marked - len(kind.steps)
    if not left_out:
        return marked
    counts = f"{len(kind.steps):,} count{'s' if len(kind.steps) == 1 else ''}"
    return f"{marked}, of which {counts}"


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
    python = stage.work[0].kind if stage.work and stage.work[0].kind in PYTHON else None
    return [
        f"slowest stage: {stage.name}, {share} % of that wait: it waited for {kind.waits_for}",
        *([f"meanwhile tf.data's threads ran {ran}"] if ran else []),
        f"to do: {NO_PYTHON.format(operation=python) if python else kind.advice}",
    ]


def _tell_rest(trace: Trace) -> list[str]:
    """What takes the time, if it is not input; and the slowest stage all the same."""
    lines = []
    if trace.split is not None and trace.verdict is not None and trace.verdict.of == STEPS:
        split = dataclasses.asdict(trace.split)
        shares = {part: share for part, share in split.items() if part not in {"input", "copy"}}
        part = max(shares, key=lambda each: shares[each])
        lines.append(f"most of a step, {render_share(shares[part])} %, is {PARTS[part]}")
    if trace.awaited:
        wait, slowest = render_ms(trace.awaited.wait_ps / PS_PER_MS), trace.awaited.slowest.name
        lines.append(f"the pipeline keeps up: {wait} ms of waiting in all, most of it for {slowest}")
    return lines


def _tell_other_kinds(trace: Trace) -> list[str]:
    """The steps of other names, in a few words each."""
    return [
        f"{tell_counted(kind)}, mean {render_decimal(kind.mean_ms)} ms"
        f", {render_share(kind.split.input + kind.split.copy)} % waiting for input"
        if kind.split
        else tell_counted(kind)
        for kind in trace.kinds[1:]
    ]


def _tell_activity(trace: Trace) -> list[str]:
    """What the host did in the steps, whose input cannot be seen, and what would show it."""
    activity = trace.activity
    if activity is None:
        return []
    calls = _list_shares(activity.calls)
    unrecorded = f"{render_share(activity.unrecorded)} % nothing that was recorded"
    where = f"Python, or waiting; in {render_share(activity.idle)} % no other thread did anything either"
    lines = [f"in the steps their thread ran {f'{calls}, ' if calls else ''}{unrecorded} ({where})"]
    if activity.functions:
        lines.append(f"Python's own time there: {_list_shares(activity.functions)}")
    return [*lines, *_tell_other_kinds(trace), _advise(trace, activity)]


def _advise(trace: Trace, activity: Activity) -> str:
    """What shows the input; if a call seems to load it, that it may be the wait."""
    loading = next(((name, share) for name, share in activity.calls if LOADING.match(name)), None)
    if loading is not None and loading[1] >= MODERATE:
        return LOADS.format(name=loading[0], share=render_share(loading[1]))
    if trace.computes_with_jax:
        return SHOW_INPUT_OF_JAX + ("" if trace.pipelines else NOT_BY_JAX)
    return SHOW_INPUT


def _list_shares(shares: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{name} {render_share(share)} %" for name, share in shares[:MOST_WORK])
