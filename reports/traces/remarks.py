"""What cannot be said of a trace, why, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from reports.traces.stages import Pipeline
from reports.xplane.events import Events
from reports.xplane.xprof import Step

STOCK_MARK = "Profiled batch"  # keras/src/backend/tensorflow/tensorboard.py, 3.15
MARK_THEM = (
    "mnist-core train --profile START:STOP, the callback in mnist_core.profiling,"
    ' or tf.profiler.experimental.Trace("train", step_num=n, _r=1)'
)
NO_MARKS = (
    'No event has a step number, so there are no steps to tell ("No step marker observed" in TensorBoard). Mark each'
    f" step, its next() included: {MARK_THEM}."
)
KERAS_MARKS = (
    "TensorBoard's Profile tab is empty for this trace (\"No step marker observed\"): Keras' TensorBoard callback calls"
    ' Trace("Profiled batch", step_num=batch) without _r=1, in Keras 3.15 too. The steps here are read from those marks'
    f" all the same. To fill the tab, capture again with {MARK_THEM}."
)
WEAK_MARKS = (
    'TensorBoard\'s Profile tab is empty for this trace ("No step marker observed"): its marks lack _r=1. The steps'
    f" here are read from them all the same. To fill the tab, capture again with {MARK_THEM}."
)
FETCHED_OUTSIDE = (
    "The input is fetched outside the marked steps, so they do not show it, and the verdict is of the whole capture."
    " Put next(iterator) inside Trace(...), together with the step."
)
OVERLOOKED = (
    "xprof counts no wait for input in these steps, although they waited for tf.data: nothing links a fetch to its step"
    " (iter_num of ExecutorState::Process and IteratorGetNextOp). The verdict is of the whole capture."
)
NO_PIPELINE = (
    "No tf.data iterator ran in this capture: the input is not tf.data, or all of it was fetched before. There are no"
    " stages to tell."
)
TAKING_TURNS = (
    "The pipeline does not end with prefetch: {stages} and the step take turns. With prefetch(tf.data.AUTOTUNE) last,"
    " a step would take as long as the slower of the two."
)


def explain_steps(events: Events, steps: Sequence[Step]) -> list[str]:
    """Why there are no steps, or none in TensorBoard."""
    if not events.marks:
        return [NO_MARKS]
    if not events.has_root_marks:
        keras = any(mark.name == STOCK_MARK for mark in events.marks)
        return [KERAS_MARKS if keras else WEAK_MARKS]
    return [] if steps else [f"xprof finds no step among {len(events.marks)} marks: capture more steps."]


def explain_input(pipelines: Sequence[Pipeline], *, outside: bool, overlooked: bool, input_bound: bool) -> list[str]:
    """What keeps the input from being told, or what the pipeline lacks.

    Args:
        pipelines: Pipelines of the trace; the one that was waited for longest comes first.
        outside: True if the input is fetched between the marked steps.
        overlooked: True if the input is fetched inside the marked steps, but xprof does not see it.
        input_bound: True if the verdict is that input holds up the program.
    """
    if not pipelines:
        return [NO_PIPELINE]
    remarks = [FETCHED_OUTSIDE] if outside else [OVERLOOKED] if overlooked else []
    turns = pipelines[0].taking_turns
    return [*remarks, TAKING_TURNS.format(stages=", ".join(turns))] if input_bound and turns else remarks
