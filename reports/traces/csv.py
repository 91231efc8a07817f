"""The steps of a trace as CSV, a row a step: for a spreadsheet or a data frame."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from reports.traces.json import describe_step
from reports.traces.trace import Trace

COLUMNS = (
    "host", "step", "number", "start_ns", "duration_ns", "input_ns", "copy_ns", "host_ns", "device_ns",
    "launch_ns", "other_ns",
)  # fmt: skip


def render_steps_csv(traces: Sequence[tuple[str, Trace]]) -> str:
    """All steps that count, of every name, in the order in which they began.

    Args:
        traces: The traces, each with the name of its host.

    Returns:
        A header and a row a step; times in nanoseconds, the start from the beginning of the capture on. The wait for
        input is empty where the trace does not show it.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for host, trace in traces:
        steps = sorted((step for kind in trace.kinds for step in kind.steps), key=lambda step: step.start_ns)
        for step in steps:
            told = describe_step(trace, step)
            writer.writerow([host, step.kind, *(told[column] for column in COLUMNS[2:])])
    return text.getvalue()
