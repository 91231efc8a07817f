"""All that is read from one profiler trace: its steps, pipelines and operations, and the verdict on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.stats.median import Estimate, estimate_median
from reports.traces.stages import Pipeline
from reports.traces.verdict import InputVerdict
from reports.xplane.periods import NS_PER_MS
from reports.xplane.sessions import Session
from reports.xplane.xprof import Operation, Step

PARTS = {  # what each part of a step is called
    "input": "waiting for input",
    "host": "host compute",
    "device": "device compute",
    "launch": "kernel launch",
    "other": "other: Python, compilation, output",
}


@dataclass(frozen=True)
class Split:
    """Where the time of the steps went, as shares of 1."""

    input: float
    host: float
    device: float
    launch: float
    other: float


@dataclass(frozen=True)
class Trace:
    """All that is read from one trace.

    Args:
        session: The capture that the trace holds.
        num_bytes: Size of its file.
        capture_ms: Time from the first event of the host to the last.
        num_marks: Number of events with a step number, whether or not xprof takes them for steps.
        num_device_events: Number of events on GPUs and other devices.
        steps: The steps as xprof finds them; it leaves out the first and the last of many, which may be cut.
        pipelines: The pipelines of tf.data; the one that was waited for longest comes first.
        operations: The operations of TensorFlow; the longest comes first.
        verdict: Whether input holds up the program; None where neither steps nor tf.data ran.
        remarks: What cannot be said of this trace, why, and what to do; a paragraph each.
    """

    session: Session
    num_bytes: int
    capture_ms: float
    num_marks: int
    num_device_events: int
    steps: tuple[Step, ...]
    pipelines: tuple[Pipeline, ...]
    operations: tuple[Operation, ...]
    verdict: InputVerdict | None
    remarks: tuple[str, ...]

    @property
    def step_ms(self) -> Estimate | None:
        """The median step and its interval."""
        return estimate_median([step.duration_ns / NS_PER_MS for step in self.steps]) if self.steps else None

    @property
    def mean_step_ms(self) -> float | None:
        """The mean step: the number that TensorBoard shows."""
        return sum(step.duration_ns for step in self.steps) / len(self.steps) / NS_PER_MS if self.steps else None

    @property
    def num_rounds(self) -> int:
        """Steps captured, cut ones included; elements fetched where none is marked; at least 1."""
        fetched = self.pipelines[0].stages[0].num_calls if self.pipelines else 0
        return max(1, self.num_marks or fetched)

    @property
    def split(self) -> Split | None:
        """Where the time of all steps went, together."""
        return _split(self.steps) if any(step.duration_ns for step in self.steps) else None


def _split(steps: Sequence[Step]) -> Split:
    total = sum(step.duration_ns for step in steps)
    parts = ((step.input_ns, step.host_ns, step.device_ns, step.launch_ns, step.other_ns) for step in steps)
    return Split(*(sum(part) / total for part in zip(*parts, strict=True)))
