"""What crosses from a worker to the process that asked. No TensorFlow here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.consumers.step_times import StepTimes
from reports.record.record import DeviceUse, Memory, Program, Sample, Setting


@dataclass(frozen=True)
class Ready:
    """A worker has built its case on this data with these versions, and has proved which device it uses.

    Args:
        setting: data and versions.
        notices: lines for the user.
        device_use: asked for, found and used.
    """

    setting: Setting
    notices: tuple[str, ...]
    device_use: DeviceUse | None = None


@dataclass(frozen=True)
class WarmedUp:
    """The first turn, which is not counted, and the program that it ran; None for a case that is not timed."""

    sample: Sample
    program: Program | None


@dataclass(frozen=True)
class TraceRequest:
    """Asks for a trace in TensorBoard's layout, below `folder`, and for what the profiler cost."""

    folder: Path


@dataclass(frozen=True)
class Failure:
    """A worker could not do what it was asked, and why, in one line; with bad input no other worker could either."""

    reason: str
    bad_input: bool


Message = Sample | Ready | WarmedUp | Memory | StepTimes | Failure
Request = str | TraceRequest
