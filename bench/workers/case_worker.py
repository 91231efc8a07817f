"""What the worker of a case can be asked for, whoever hands the request on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TypeVar

from bench.workers.protocol import (
    CaptureTrace,
    Done,
    FixBatches,
    ReadMemory,
    ReadMixing,
    ReadStages,
    Ready,
    Request,
    TakeTurn,
    WarmedUp,
    WarmUp,
)
from reports.record.capture import StepTimes
from reports.record.memory import Memory
from reports.record.program import StageTimes
from reports.record.sample import MixingReading, Sample

Answer = TypeVar("Answer", Ready, WarmedUp, Sample, Memory, StageTimes, MixingReading, StepTimes, Done)


class CaseWorker(ABC):
    """A process that measures one case."""

    ready: Ready
    """What it said when it had built its case."""

    def warm_up(self) -> WarmedUp:
        """The first turn and the program that it ran; raises as `ask_for` does."""
        return self.ask_for(WarmUp(), WarmedUp)

    def fix_batches(self, num_batches: int) -> None:
        """Let a turn take so many batches from now on; raises as `ask_for` does."""
        self.ask_for(FixBatches(num_batches), Done)

    def measure_turn(self) -> Sample:
        """The sample of one turn; raises as `ask_for` does."""
        return self.ask_for(TakeTurn(), Sample)

    def measure_memory(self) -> Memory:
        """What the case holds; raises as `ask_for` does."""
        return self.ask_for(ReadMemory(), Memory)

    def measure_stages(self) -> StageTimes:
        """What each stage of the case's pipeline takes; raises as `ask_for` does."""
        return self.ask_for(ReadStages(), StageTimes)

    def measure_mixing(self) -> MixingReading:
        """How well the case's pipeline mixes its examples; raises as `ask_for` does."""
        return self.ask_for(ReadMixing(), MixingReading)

    def capture_trace(self, folder: Path) -> StepTimes:
        """Leave a trace of the case's training step below `folder`; raises as `ask_for` does."""
        return self.ask_for(CaptureTrace(folder), StepTimes)

    @abstractmethod
    def ask_for(self, request: Request, kind: type[Answer]) -> Answer:
        """The answer to a request.

        Raises:
            WorkerError: The process died, hung past its limit or reported a failure; it is gone then.
            InputError: It found that what it was given is wrong, whatever the worker.
        """

    @abstractmethod
    def close(self) -> None:
        """End the process; harmless if it is gone."""
