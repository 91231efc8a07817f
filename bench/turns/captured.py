"""Reads a trace back before it is called good. No TensorFlow here."""

from __future__ import annotations

import re
from pathlib import Path

from bench.cases.case import Case
from bench.workers.messages import Captured
from mnist_core.files.xspace import TraceError
from reports.record.record import Capture
from reports.traces.trace import Trace, load_trace

FOLDER = "traces"  # beside the record
UNSAFE = re.compile(r"[^\w.=-]+")  # in a folder's name: brackets of an ordering's text
LONGEST_NAME = 150  # characters; file systems take 255


def name_folder(case: Case) -> str:
    """The name of the folder for the case's trace: its id, without what a shell would not take."""
    return UNSAFE.sub("_", case.id)[-LONGEST_NAME:].strip("_")


def read_back(captured: Captured, device: str, runs: Path) -> Capture:
    """What the trace says, for the record.

    Args:
        captured: what the worker wrote.
        device: on which it trained, "cpu" or "gpu".
        runs: the folder of the record.

    Raises:
        TraceError: it cannot be read, or lacks what makes a trace of training worth opening.
    """
    trace = load_trace(captured.file)
    check_trace(trace, device)
    assert trace.verdict is not None  # noqa: S101  # it has steps
    return Capture(
        folder=captured.file.parents[3].relative_to(runs).as_posix(),
        num_bytes=trace.num_bytes,
        num_markers=captured.num_markers,
        step_ns=tuple(step.duration_ns for step in trace.steps),
        input_share=trace.verdict.input_share,
        slowest_stage=trace.pipelines[0].slowest.name,
        plain_step_ns=captured.plain_step_ns,
        profiled_step_ns=captured.profiled_step_ns,
    )


def check_trace(trace: Trace, device: str) -> None:
    """Check that the trace has steps, what the host did in them and, on a GPU, what that did.

    Raises:
        TraceError: something is missing; the message says what.
    """
    if not trace.num_marks:
        raise TraceError(f"{trace.session.path} has no step marker.")
    if not trace.steps:
        raise TraceError(f"{trace.session.path} has step markers but no step: {' '.join(trace.remarks)}")
    if not trace.pipelines or not trace.operations:
        raise TraceError(f"{trace.session.path} has no host events of tf.data and of operations.")
    if device == "gpu" and not trace.num_device_events:
        raise TraceError(
            f"{trace.session.path} has no device events: the profiler needs libcupti of the installed CUDA version, "
            "and on some systems the permission to read performance counters."
        )
