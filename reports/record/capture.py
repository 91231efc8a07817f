"""A profiler trace that was read back, and what the profiler costs a training step."""

from __future__ import annotations

from dataclasses import dataclass

from reports.record.stored.checks import check_share


@dataclass(frozen=True)
class StepTimes:
    """The mean time of a step without the profiler and under it, round by round; the rounds of both are the same.

    Args:
        plain_ns: Mean time of a step without the profiler, in nanoseconds.
        profiled_ns: Mean time of a step under the profiler, in nanoseconds.
    """

    plain_ns: tuple[int, ...]
    profiled_ns: tuple[int, ...]


@dataclass(frozen=True)
class Capture:
    """A profiler trace of training steps that was read back, and what profiling cost.

    Args:
        folder: TensorBoard's log folder that holds the trace, as seen from the record's folder.
        num_bytes: Size of the trace's file.
        num_markers: Number of steps that are marked in the file.
        step_ns: Times of the steps that count, one by one: of six or more neither the first nor the last does.
        input_share: Share of those steps' time, 0 to 1, that was a wait for input.
        slowest_stage: The slowest stage of tf.data, as TensorFlow names it.
        plain_step_ns: Mean time of a step without the profiler, round by round.
        profiled_step_ns: Mean time of a step under the profiler, in the same rounds.
    """

    folder: str
    num_bytes: int
    num_markers: int
    step_ns: tuple[int, ...]
    input_share: float
    slowest_stage: str
    plain_step_ns: tuple[int, ...]
    profiled_step_ns: tuple[int, ...]

    def __post_init__(self) -> None:
        check_share("Capture.input_share", self.input_share)
        for name in ("step_ns", "plain_step_ns", "profiled_step_ns"):
            values = getattr(self, name)
            if not values or any(type(value) is not int or value <= 0 for value in values):
                raise ValueError(f"Capture.{name} must be ints above 0, at least one, got {values!r}.")
        if len(self.plain_step_ns) != len(self.profiled_step_ns):
            raise ValueError("Capture.plain_step_ns and Capture.profiled_step_ns must have the same rounds.")
        for name in ("num_bytes", "num_markers"):
            if type(getattr(self, name)) is not int or getattr(self, name) < 1:
                raise ValueError(f"Capture.{name} must be an int >= 1, got {getattr(self, name)!r}.")
