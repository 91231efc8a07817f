"""What TensorFlow really ran, and on which device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reports.record.stored.checks import check_count

Device = Literal["cpu", "gpu"]


@dataclass(frozen=True)
class Choice:
    """A number that AUTOTUNE chose for a stage, such as MapAndBatch, parallelism, 2."""

    stage: str
    parameter: str
    value: int


@dataclass(frozen=True)
class Program:
    """What TensorFlow really ran: the stages after its rewrites, the last first, and what AUTOTUNE chose."""

    chain: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Extent:
    """How much a turn takes of a pipeline whose length only taking it tells.

    Args:
        num_batches: Number of batches of a turn.
        is_cut: True if the dataset would have given more: it has no end, or an epoch takes too long.
        example_bytes: Bytes of an example as the pipeline gives it, the mean of one batch; None where nobody counted.
        is_endless: True if its stages say that it never ends.
    """

    num_batches: int
    is_cut: bool = False
    example_bytes: float | None = None
    is_endless: bool = False


@dataclass(frozen=True)
class StageTime:
    """What one stage that TensorFlow ran has of the time.

    Args:
        name: TensorFlow's name of the stage with its numbers, such as "ParallelMapV2(auto)".
        num_elements: Number of elements that it gave.
        busy_ns: Time of its own, all threads together, without what feeds it.
        python_ns: How much of that went by in functions of Python; None where nothing tells.
        place: File and line that made it; empty where nothing tells.
        is_first_only: True if it runs in the first epoch alone, until a cache is full: its time is of that epoch.
        is_cut: True if it is one of those, and that epoch went on when the reading ended: the whole takes longer.
    """

    name: str
    num_elements: int
    busy_ns: int
    python_ns: int | None = None
    place: str = ""
    is_first_only: bool = False
    is_cut: bool = False

    def __post_init__(self) -> None:
        for field in ("num_elements", "busy_ns"):
            check_count(f"StageTime.{field}", getattr(self, field))
        if self.python_ns is not None:
            check_count("StageTime.python_ns", self.python_ns)


@dataclass(frozen=True)
class StageTimes:
    """What the stages of a pipeline have of the time of an epoch after the first.

    Args:
        stages: Each stage that TensorFlow ran, the last first; their times are of a later epoch.
        python_ns: Time of a later epoch in functions of Python that TensorFlow called, all threads together.
        why: Why there is no time, in words; empty where there is.
        reading_ns: How long the reading took.
    """

    stages: tuple[StageTime, ...]
    python_ns: int
    why: str = ""
    reading_ns: int = 0

    def __post_init__(self) -> None:
        for field in ("python_ns", "reading_ns"):
            check_count(f"StageTimes.{field}", getattr(self, field))


@dataclass(frozen=True)
class DeviceUse:
    """Which device was asked for, which was used, and how that is known.

    Args:
        asked: The kind of device that the case names, "cpu" or "gpu".
        found: The kinds of device that TensorFlow saw, one entry for each device.
        used: The kind of device on which the case computed.
        model: Name of the GPU; None for a CPU, which the record's machine names.
        driver: Version of the GPU's driver.
        memory_bytes: Memory of the GPU; None where nothing tells.
        xla: True if XLA compiled what was computed; None where nothing but the pipeline computes.
        proof: The placement that was seen, in words.
    """

    asked: str
    found: tuple[str, ...]
    used: str
    model: str | None
    driver: str | None
    memory_bytes: int | None
    xla: bool | None
    proof: str

    def __post_init__(self) -> None:
        if self.asked != self.used:
            raise ValueError(f"it asked for the device {self.asked} and used {self.used}")
