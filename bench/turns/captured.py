"""Checks a trace before it is called good, and makes of it what the record keeps. No TensorFlow here."""

from __future__ import annotations

import re
from pathlib import Path

from mnist_core.files.xspace import TraceError
from reports.record.capture import Capture, StepTimes
from reports.record.case import Case
from reports.timeline.marks import MARKS
from reports.traces.reading import load_trace
from reports.traces.trace import Trace
from reports.traces.verdict import STEPS
from reports.xplane.sessions import list_sessions

FOLDER = "traces"  # beside the record
UNSAFE = re.compile(r"[^\w.=-]+")  # in a folder's name: brackets of an ordering's text
LONGEST_NAME = 150  # characters; file systems take 255


def name_folder(case: Case) -> str:
    """The name of the folder for the case's trace: its id, without what a shell would not take."""
    return UNSAFE.sub("_", case.id)[-LONGEST_NAME:].strip("_")


def load_newest_trace(folder: Path, device: str, *, computes: bool = True) -> Trace:
    """The trace that was written last below a folder in TensorBoard's layout.

    Args:
        folder: The folder, in which older traces may lie.
        device: Device on which the steps computed, "cpu" or "gpu".
        computes: False if its steps only take batches.

    Raises:
        TraceError: The trace cannot be read, or lacks what makes a trace of training worth opening.
    """
    sessions = list_sessions(folder)
    trace = load_trace(sessions[-1].path if sessions else folder)
    check_trace(trace, device, computes=computes)
    return trace


def load_capture(run: Path, folder: Path, times: StepTimes, device: str, *, computes: bool = True) -> Capture:
    """The newest trace below a folder and what the profiler cost, for the record.

    Args:
        run: Folder of the record.
        folder: Folder of the trace in TensorBoard's layout, as seen from the record's.
        times: What a step took without the profiler and under it.
        device: Device on which the steps computed, "cpu" or "gpu".
        computes: False if its steps only take batches.

    Raises:
        TraceError: The trace cannot be read, or lacks what makes a trace of training worth opening.
    """
    trace = load_newest_trace(run / folder, device, computes=computes)
    assert trace.verdict is not None  # noqa: S101  # it was checked
    return Capture(
        folder=folder.as_posix(),
        num_bytes=trace.num_bytes,
        num_markers=trace.num_marks,
        step_ns=tuple(step.duration_ns for step in trace.steps),
        input_share=trace.verdict.input_share,
        slowest_stage=trace.pipelines[0].slowest.name,
        plain_step_ns=times.plain_ns,
        profiled_step_ns=times.profiled_ns,
    )


def check_trace(trace: Trace, device: str, *, computes: bool = True) -> None:
    """Check that the trace has steps, what the host did in them and, on a GPU, what that did.

    Args:
        trace: The trace.
        device: Device on which its steps computed, "cpu" or "gpu".
        computes: False if its steps only take batches.

    Raises:
        TraceError: Something is missing; the message says what.
    """
    if trace.origin != MARKS or not trace.num_marks:
        raise TraceError(f"{trace.session.path} has no step marker.")
    if not trace.steps:
        raise TraceError(f"{trace.session.path} has step markers but no step: {' '.join(trace.remarks)}")
    if not trace.pipelines or (computes and not trace.operations):
        raise TraceError(f"{trace.session.path} has no host events of tf.data and of operations.")
    if trace.verdict is None or trace.verdict.of != STEPS:
        why = trace.unclear or " ".join(trace.remarks)
        raise TraceError(f"{trace.session.path} does not show how long its steps wait for input: {why}")
    if device == "gpu" and not trace.num_device_events:
        raise TraceError(
            f"{trace.session.path} has no device events: the profiler needs libcupti of the installed CUDA version, "
            "and on some systems the permission to read performance counters."
        )
