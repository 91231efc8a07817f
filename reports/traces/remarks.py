"""What cannot be said of a trace, why, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from mnist_core.files.xspace_repair import ITERATION
from reports.drawing.numbers import render_ms
from reports.timeline.marks import CALLS, DEVICE, Marks
from reports.timeline.stages import Pipeline
from reports.traces.verdict import MODERATE
from reports.xplane.events import CAPTURED_FUNCTION, STEP_ID, Events
from reports.xplane.periods import PS_PER_MS

STOCK_MARK = "Profiled batch"  # keras/src/backend/tensorflow/tensorboard.py, 3.15
STOCK_CALL = "train_function"  # of Keras' fit, in whose first captured batch no mark is
JAX = re.compile(r"PjitFunction|\w*PjRt|TfrtCpuExecutable|TfrtTpu|\$.*\bjax\b")
PROFILE_STEPS = 'mnist_core.profiling.ProfileSteps("logs", "START:STOP") in fit'
MARK_THEM = f'{PROFILE_STEPS}, or tf.profiler.experimental.Trace("train", step_num=n, _r=1)'
MARK_JAX = 'jax.profiler.StepTraceAnnotation("train", step_num=n)'
NO_MARKS = (
    'No event marks a step, so there are no steps to tell ("No step marker observed" in TensorBoard). Mark each'
    " step, the fetch of its batch included: {advice}."
)
CALLS_TAKEN = (
    "No event marks a step, so {calls} of {name}, which {fetch} the input itself, {are} taken for {steps}. To have"
    " marks, capture with {advice}."
)
DEVICE_TAKEN = (
    "No event of the host marks a step, so {steps} that the profiler derived from the device {are} taken. What the host"
    " did in them cannot be told. Mark each step: {advice}."
)
ONE_BATCH = (
    "One batch was captured, as with profile_batch=2, and one tells little: give Keras' TensorBoard callback"
    " profile_batch=(5, 20)."
)
KERAS_MARKS = (
    "TensorBoard's Profile tab is empty for this trace (\"No step marker observed\"): Keras' TensorBoard callback calls"
    ' Trace("Profiled batch", step_num=batch) without _r=1, in Keras 3.15 too. The steps here are read from those marks'
    " all the same. To fill the tab, capture again with {advice}."
)
WEAK_MARKS = (
    'TensorBoard\'s Profile tab is empty for this trace ("No step marker observed"): its marks lack _r=1. The steps'
    " here are read from them all the same. To fill the tab, capture again with {advice}."
)
LEVELS_WITH_LOOPS = (
    " With _r=1 alone the tab would take the iterations of loops inside the graphs (an LSTM, tf.map_fn, tf.while_loop,"
    " steps_per_execution) for its steps."
)
LOOPS = (
    "TensorBoard's Profile tab takes the iterations of loops inside this trace's graphs (an LSTM, tf.map_fn,"
    " tf.while_loop, steps_per_execution) for its steps, and drops the marks. The steps here are the marks. A trace of"
    " mnist_core.profiling fills the tab too."
)
FETCHED_OUTSIDE = (
    "The input is fetched outside the marked steps, so they do not show it, and the verdict is of the whole capture."
    " Put next(iterator) inside {mark}, together with the step."
)
OVERLAPPING = "{steps} before another has ended{where}: their times together are more than the program took."
LOST_LOOP = (
    "{steps} left out: the trace holds nothing of their loop over the dataset. TensorFlow before 2.16 loses the events"
    " of threads that have ended."
)
TAKING_TURNS = (
    "The pipeline does not end with prefetch: {stages} and the step take turns. With prefetch(tf.data.AUTOTUNE) last,"
    " a step would take as long as the slower of the two."
)
NOT_SEEN = (
    "A call of {stage} was under way when the capture began, and the trace does not hold it: {wait} ms of the wait are"
    " put down to it, whatever it or its inputs did."
)


def is_jax(host: Events) -> bool:
    """True if the program that was captured computes with JAX."""
    return any(JAX.match(name) for name in host.names)


def explain_steps(host: Events, marks: Marks) -> list[str]:
    """What was taken for steps, and why TensorBoard has others or none."""
    advice = MARK_JAX if is_jax(host) else MARK_THEM
    if not len(marks):
        return [NO_MARKS.format(advice=advice)]
    one = len(marks) == 1
    words = {"steps": "step" if one else "steps", "are": "is" if one else "are", "advice": advice}
    if marks.origin == DEVICE:
        return [DEVICE_TAKEN.format(**{**words, "steps": f"{len(marks)} {words['steps']}"})]
    if marks.origin == CALLS:
        calls = f"{len(marks)} call{'' if one else 's'}"
        told = CALLS_TAKEN.format(
            calls=calls,
            name=marks.names[0],
            fetch="fetches" if one else "fetch",
            **{**words, "steps": "a step" if one else "steps"},
        )
        return [told, *([ONE_BATCH] if one and STOCK_CALL in marks.names[0] else [])]
    remarks = []
    if not marks.has_levels:
        said, loops = KERAS_MARKS if STOCK_MARK in marks.names else WEAK_MARKS, has_loops(host)
        advice = PROFILE_STEPS if loops else MARK_THEM
        remarks.append(said.format(advice=advice) + (LEVELS_WITH_LOOPS if loops else ""))
    elif has_loops(host):
        remarks.append(LOOPS)
    return [*remarks, *([ONE_BATCH] if one and STOCK_MARK in marks.names else [])]


def explain_overlaps(marks: Marks) -> list[str]:
    """That steps were under way at once, on several threads or as one mark ends after the next has begun."""
    ends = np.maximum.accumulate(marks.periods[:, 1])
    overlapping = int((marks.periods[1:, 0] < ends[:-1]).sum())
    if not overlapping:
        return []
    num_threads = len(np.unique(marks.lines))
    where = f", on {num_threads} threads" if num_threads > 1 else ""
    return [
        OVERLAPPING.format(steps="1 step begins" if overlapping == 1 else f"{overlapping} steps begin", where=where)
    ]


def has_loops(host: Events) -> bool:
    """True if a graph other than tf.data's functions ran the second iteration of a loop."""
    iterations = host.get(ITERATION)
    functions = host.look_up(STEP_ID, host.find(CAPTURED_FUNCTION.match))
    return bool((~np.isin(host.look_up(STEP_ID, iterations.at), functions)).any())


def explain_lost(num_steps: int) -> list[str]:
    """What is left out since the profiler lost it.

    Args:
        num_steps: Number of steps with a loop inside their graph of which the trace holds no call.
    """
    if not num_steps:
        return []
    return [LOST_LOOP.format(steps="1 step is" if num_steps == 1 else f"{num_steps} steps are")]


def explain_input(pipelines: Sequence[Pipeline], *, outside: bool, input_bound: bool, jax: bool) -> list[str]:
    """What keeps the input from being told, or what the pipeline lacks.

    Args:
        pipelines: Pipelines of the trace; the one on which the verdict rests comes first.
        outside: True if the input is fetched between the marked steps.
        input_bound: True if the verdict is that input holds up the program.
        jax: True if the program computes with JAX.
    """
    remarks = (
        [FETCHED_OUTSIDE.format(mark="jax.profiler.StepTraceAnnotation(...)" if jax else "Trace(...)")]
        if outside
        else []
    )
    if not pipelines:
        return remarks
    first = pipelines[0]
    if input_bound and first.in_flight is not None and first.in_flight[1] >= MODERATE * first.wait_ps:
        remarks.append(NOT_SEEN.format(stage=first.in_flight[0], wait=render_ms(first.in_flight[1] / PS_PER_MS)))
    if input_bound and first.taking_turns:
        remarks.append(TAKING_TURNS.format(stages=", ".join(first.taking_turns)))
    return remarks
