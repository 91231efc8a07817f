"""The record of one run: pytest-benchmark's JSON, with what it has no field for under one versioned key.

With `reports.record.file`, which reads it, the sole owner of the stored names.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from reports.record.capture import Capture
from reports.record.case import Case
from reports.record.machine import Environment, Machine, Setting
from reports.record.memory import Memory
from reports.record.program import DeviceUse, Extent, Program, StageTimes
from reports.record.sample import MixingReading, Sample, Turn

KEY = "mnist_bench"  # within extra_info of every benchmark
FORMAT = 4


@dataclass(frozen=True)
class CaseRecord:
    """One case with all its turns.

    Args:
        case: What was measured, and how.
        setting: Data and versions.
        seed: Seed for the random order of turns.
        warm_up: Sample of the turn that is not counted; None for a case that is not timed.
        turns: The turns in the order of their rounds; none for a case that is not timed.
        program: What TensorFlow really ran; None where that is not known.
        memory: What the pipeline holds, for a case that measures it.
        group: Name of the cases that were measured together; only their turns may be paired by round.
        capture: The trace of a case that was traced.
        device_use: Device asked for, found and used; None in records of formats 1 and 2.
        first_epochs: Turns of which each was the first over a pipeline that was built for it; then `turns` are of
            later epochs. Empty where the two were not told apart.
        extent: How much a turn takes of it; None where that is known beforehand.
        stage_times: What its stages have of the time, for a case that reads it.
        mixing: How well it mixes its examples, for a case that reads it.
    """

    case: Case
    setting: Setting
    seed: int
    warm_up: Sample | None
    turns: tuple[Turn, ...]
    program: Program | None = None
    memory: Memory | None = None
    group: str = "orderings"
    capture: Capture | None = None
    device_use: DeviceUse | None = None
    first_epochs: tuple[Turn, ...] = ()
    extent: Extent | None = None
    stage_times: StageTimes | None = None
    mixing: MixingReading | None = None

    def __post_init__(self) -> None:
        readings = (self.memory, self.capture, self.stage_times, self.mixing)
        if not self.turns and all(reading is None for reading in readings):
            raise ValueError("it has neither turns nor memory nor a trace")
        if self.device_use is not None and self.device_use.used != self.device:
            raise ValueError(f"it is a {self.device} case that used {self.device_use.used}")

    @property
    def name(self) -> str:
        """Name of the subject."""
        return self.case.subject.name

    @property
    def ordering(self) -> str:
        """Text of the subject."""
        return self.case.subject.text

    @property
    def consumer(self) -> str:
        """Name of the consumer."""
        return self.case.consumer

    @property
    def arm(self) -> str:
        """Name of the arm."""
        return self.case.arm

    @property
    def device(self) -> str:
        """Kind of the device."""
        return self.case.device

    @property
    def step_ms(self) -> float | None:
        """How long the emulated accelerator computes on a batch."""
        return self.case.step_ms

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """What sets the case apart from others of its text, consumer, arm and device."""
        return self.case.choices

    @property
    def reads_own_data(self) -> bool:
        """True for a person's pipeline, of whose data nothing is known."""
        return self.case.subject.reads_own_data

    def to_extra_info(self) -> dict[str, Any]:
        """What pytest-benchmark stores as ``extra_info``."""
        fields = dataclasses.asdict(self)
        fields["setting"]["versions"] = dict(self.setting.versions)
        fields["case"]["subject"]["options"] = dict(self.case.subject.options)
        return {KEY: {"format": FORMAT, **fields}}


@dataclass(frozen=True)
class Record:
    """One run.

    Args:
        cases: Its cases, at least one; all but a person's own pipelines were measured on the same data.
        machine: Where it took place.
        datetime: When it took place, in ISO 8601.
        environment: What else lasted of the machine; None in older records, and where nobody noted it.
        command: What a person typed for it; empty in older records, and where nobody typed anything.

    Example:
        >>> record = load_record(Path("runs/before"))
        >>> later = Record(record.cases[:3], record.machine, "2026-11-27T17:00:00+00:00")
    """

    cases: tuple[CaseRecord, ...]
    machine: Machine
    datetime: str
    environment: Environment | None = None
    command: str = ""

    def __post_init__(self) -> None:
        if not self.cases:
            raise ValueError("it holds no benchmark")
        given = [case for case in self.cases if not case.reads_own_data]
        if len({case.setting.data_fingerprint for case in given}) > 1:
            raise ValueError("its benchmarks were measured on different data and cannot be compared")
