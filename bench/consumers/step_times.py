"""What the profiler costs a training step. No TensorFlow here: a worker measures it, and the record keeps it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StepTimes:
    """The mean time of a step without the profiler and under it, round by round; the rounds of both are the same.

    Args:
        plain_ns: Mean time of a step without the profiler, in nanoseconds.
        profiled_ns: Mean time of a step under the profiler, in nanoseconds.
    """

    plain_ns: tuple[int, ...]
    profiled_ns: tuple[int, ...]
