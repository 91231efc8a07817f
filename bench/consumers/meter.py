"""What a worker asks of a case's consumer: turns, a reading of memory, or a trace. No TensorFlow here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from bench.machine.clock import Clock, ReadPressure
from reports.gate.work import Contents
from reports.record.capture import StepTimes
from reports.record.memory import Memory
from reports.record.program import Extent, Program, StageTimes
from reports.record.sample import MixingReading, Sample

if TYPE_CHECKING:  # they import TensorFlow
    from bench.machine.device import ComputeDevice
    from mnist_core import Placement

MOST_BATCHES = 2**31 - 1  # where an epoch is taken to its end, however long that is this time


@dataclass(frozen=True)
class Tools:
    """What a meter measures with.

    Args:
        device: The device that it computes on, or that batches are copied to.
        clock: The clock that is read around a turn, and by consumers that compute around each step.
        pressure: Reads what the machine and the scheduler did, before and after a turn.
    """

    device: ComputeDevice
    clock: Clock
    pressure: ReadPressure


class Placed(Protocol):
    """Says where it computes."""

    def find_placement(self) -> Placement | None:
        """Where a first batch is computed on, before any turn; None where nothing but the pipeline runs."""


@runtime_checkable
class Meter(Placed, Protocol):
    """Measures one case, turn by turn."""

    def measure_turn(self) -> Sample:
        """The sample of one turn."""

    def read_program(self) -> Program | None:
        """The stages as TensorFlow runs them; None where there is no ``tf.data`` pipeline of ours."""


@runtime_checkable
class FixesBatches(Placed, Protocol):
    """Takes as many batches as it is told, where the case itself does not say it."""

    def fix_batches(self, num_batches: int) -> None:
        """Take so many batches from now on."""


@runtime_checkable
class Extensible(Meter, FixesBatches, Protocol):
    """Measures a case of which only the first turn tells how long a turn is."""

    def measure_first_turn(self) -> tuple[Sample, Extent | None]:
        """The sample of the first turn, and how much every later one takes; None where that was known."""


@runtime_checkable
class MemoryReader(Placed, Protocol):
    """Reads what one case's pipeline holds."""

    def read_memory(self) -> Memory:
        """One reading."""


@runtime_checkable
class ReadsContents(Placed, Protocol):
    """Reads what one case's pipeline gives."""

    def read_contents(self, num_examples: int, *, limit_s: float, seed: int, is_deterministic: bool) -> Contents:
        """What it gives from its beginning, up to so many examples and for so many seconds."""


@runtime_checkable
class ReadsMixing(Placed, Protocol):
    """Reads how well one case's pipeline mixes its examples."""

    def read_mixing(self) -> MixingReading:
        """The scores of some passes."""


@runtime_checkable
class ReadsStages(Placed, Protocol):
    """Reads what the stages of one case's pipeline take."""

    def read_stages(self) -> StageTimes:
        """What each stage takes, over some epochs or the beginning of one."""


@runtime_checkable
class Tracer(Placed, Protocol):
    """Captures traces of one case."""

    def capture(self, folder: Path) -> StepTimes:
        """Leave a trace below `folder`, as its newest session; what comes back is what the profiler cost."""


Build = Callable[..., Placed]
"""What makes a consumer's meter, called with the case, its opened subject and the tools."""
