"""All that is read from one profiler trace: its steps, pipelines, operations and devices, and the verdict on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.stats.median import Estimate, estimate_median
from reports.timeline.activity import Activity
from reports.timeline.devices import Device
from reports.timeline.memory import Allocator
from reports.timeline.operations import Operation
from reports.timeline.stages import Pipeline
from reports.timeline.steps import Step
from reports.traces.verdict import STEPS, InputVerdict
from reports.xplane.periods import NS_PER_MS
from reports.xplane.sessions import Session

PARTS = {  # what each part of a step is called
    "input": "waiting for input",
    "copy": "copying to the device",
    "host": "host compute",
    "device": "device compute",
    "launch": "kernel launch",
    "other": "other: Python, compilation, output",
}


@dataclass(frozen=True)
class Split:
    """Where the time of the steps went, as shares of 1."""

    input: float
    copy: float
    host: float
    device: float
    launch: float
    other: float


@dataclass(frozen=True)
class StepKind:
    """The steps of one name.

    Args:
        name: Such as "train"; the name of the marks.
        num_marked: How many there are in the capture, the outermost of each.
        steps: Those that count; of many the first and the last of a capture do not, which it may have cut.
    """

    name: str
    num_marked: int
    steps: tuple[Step, ...]

    @property
    def split(self) -> Split | None:
        """Where the time of all that count went, together."""
        return _split(self.steps) if any(step.duration_ns for step in self.steps) else None

    @property
    def total_ns(self) -> int:
        """How long all that count took together."""
        return sum(step.duration_ns for step in self.steps)

    @property
    def mean_ms(self) -> float:
        """The mean step: the number that TensorBoard shows. 0 without steps."""
        return self.total_ns / max(1, len(self.steps)) / NS_PER_MS


@dataclass(frozen=True)
class Trace:
    """All that is read from one trace of one host.

    Args:
        session: The capture that the trace holds.
        num_bytes: Size of its file.
        capture_ms: How long the profiler ran; from the first event to the last where it does not note that.
        notes: Errors and warnings that the profiler left in the trace.
        origin: What was taken for steps: "marks", "calls" of a function for want of marks, or those of a "device".
        kinds: The steps by their names; those of a training come first, then those that took longest, together.
        num_device_events: Number of events on GPUs and other devices.
        pipelines: The pipelines of tf.data: those of the first kind of steps first, then the longest waited for.
        operations: The operations of TensorFlow; the longest comes first.
        devices: The GPUs and other devices that did something.
        memory: The allocators of which the trace tells.
        computes_with_jax: True if the program computes with JAX.
        activity: What the host did in the steps, where their input cannot be seen; None where it can.
        verdict: Whether input holds up the program; None where that cannot be told.
        unclear: Why it cannot be told; empty where it can.
        remarks: What else cannot be said of this trace, why, and what to do; a paragraph each.
    """

    session: Session
    num_bytes: int
    capture_ms: float
    notes: tuple[str, ...]
    origin: str
    kinds: tuple[StepKind, ...]
    num_device_events: int
    pipelines: tuple[Pipeline, ...]
    operations: tuple[Operation, ...]
    devices: tuple[Device, ...]
    memory: tuple[Allocator, ...]
    computes_with_jax: bool
    activity: Activity | None
    verdict: InputVerdict | None
    unclear: str
    remarks: tuple[str, ...]

    @property
    def num_marks(self) -> int:
        """How many steps are in the capture, those included that do not count."""
        return sum(kind.num_marked for kind in self.kinds)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the first kind that count."""
        return self.kinds[0].steps if self.kinds else ()

    @property
    def step_ms(self) -> Estimate | None:
        """The median step and its interval."""
        return estimate_median([step.duration_ns / NS_PER_MS for step in self.steps]) if self.steps else None

    @property
    def computing_ms(self) -> Estimate | None:
        """The median step without its wait for input and its copies; None where the trace does not show that wait."""
        if not self.steps or self.verdict is None or self.verdict.of != STEPS:
            return None
        return estimate_median([(step.duration_ns - step.input_ns - step.copy_ns) / NS_PER_MS for step in self.steps])

    @property
    def mean_step_ms(self) -> float | None:
        """The mean step: the number that TensorBoard shows."""
        return self.kinds[0].mean_ms if self.steps else None

    @property
    def awaited(self) -> Pipeline | None:
        """The pipeline whose waits the verdict is of; None without a verdict, or where the trace does not hold it."""
        if self.verdict is None or not self.pipelines:
            return None
        first = self.pipelines[0]
        return first if self.verdict.of != STEPS or self.kinds[0].name in first.serves else None

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts of a step that the program can have: nothing is copied where there is no device."""
        return tuple(part for part in PARTS if part != "copy" or self.num_device_events)

    @property
    def num_rounds(self) -> int:
        """Steps of the first kind captured, cut ones included; elements fetched where there are none; at least 1."""
        fetched = self.pipelines[0].stages[0].num_calls if self.pipelines else 0
        return max(1, self.kinds[0].num_marked if self.kinds else fetched)

    @property
    def split(self) -> Split | None:
        """Where the time of all steps of the first kind went, together."""
        return self.kinds[0].split if self.kinds else None


def _split(steps: Sequence[Step]) -> Split:
    total = sum(step.duration_ns for step in steps)
    return Split(**{part: sum(getattr(step, f"{part}_ns") for step in steps) / total for part in PARTS})
