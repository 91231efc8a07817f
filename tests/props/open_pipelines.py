"""A pipeline in place of a person's, which gives what a test says, and a clock that moves as the test says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from bench.consumers.epochs import EpochMeter
from bench.consumers.registry import build_meter
from bench.machine.device import ComputeDevice
from bench.machine.pressure import Pressure
from reports.record.case import PIPELINE, Case, Subject

SUBJECT = Subject(PIPELINE, "mine", "mine.py:mine")
SECOND = 1_000_000_000


class StandingClock:
    """Stands still but for what is added to it."""

    def __init__(self) -> None:
        self.now_ns = 0

    def wall_ns(self) -> int:
        return self.now_ns

    def cpu_ns(self) -> int:
        return self.now_ns

    def sleep(self, seconds: float) -> None:
        self.now_ns += round(seconds * SECOND)


class ScriptedPipeline:
    """Gives batches of two examples, of which each takes its time.

    Args:
        clock: The clock that a batch moves on.
        epochs: For each epoch, the seconds that each batch takes; the last one goes for all that follow.
        is_endless: What it says of itself.
    """

    data_name, data_fingerprint, num_batches, batched = "its own", "ab" * 32, None, True

    def __init__(self, clock: StandingClock, epochs: Sequence[Sequence[float]], *, is_endless: bool = False) -> None:
        self._clock, self._epochs, self.is_endless = clock, list(epochs), is_endless
        self.num_given = 0

    def open(self) -> ScriptedPipeline:
        return self

    def __iter__(self) -> Iterator[Any]:
        seconds = self._epochs.pop(0) if len(self._epochs) > 1 else self._epochs[0]
        for each in seconds:
            self._clock.sleep(each)
            self.num_given += 1
            yield np.zeros((2, 3), np.float32)

    def count_examples(self, batch: Any) -> int:
        return len(batch)

    def read_bytes(self, batch: Any) -> int:
        return int(batch.nbytes)


def open_meter(epochs: Sequence[Sequence[float]], *, is_endless: bool = False, **fields: Any) -> EpochMeter:
    """A meter of such a pipeline whose batches are taken in a loop in Python, without any device."""
    clock = StandingClock()
    meter = build_meter(
        Case(SUBJECT, **{"consumer": "python", **fields}),
        ScriptedPipeline(clock, epochs, is_endless=is_endless),
        clock=clock,
        pressure=lambda: Pressure(None, None, None),
        device=ComputeDevice("CPU:0", lambda: None),
    )
    assert isinstance(meter, EpochMeter)
    return meter
