"""Captures a trace of any pipeline: marked steps that take a batch each and, if wanted, compute on it for a while."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import tensorflow as tf

from bench.consumers.meter import Tools
from bench.pipelines.rewrites import apply_arm
from bench.subjects.capabilities import Batch, OpensDataset
from mnist_core import InputError, StepProfiler, StepWindow
from reports.record.capture import StepTimes
from reports.record.case import Case

NUM_FIRST = 5  # steps that are not captured: the shuffle's buffer is filled, graphs are built
FEWEST, MOST = 4, 40  # steps captured
WANTED_S = 4.0  # of captured time: a slow pipeline has fewer steps then
NS_PER_S = 1_000_000_000
MS_PER_S = 1000


class ObservedMeter:
    """Traces a case's pipeline, whatever its elements.

    Args:
        case: What to trace; its `step_ms`, if it has one, is how long a step computes.
        opened: Its subject.
        tools: What to measure with.
    """

    def __init__(self, case: Case, opened: OpensDataset, tools: Tools) -> None:
        self._name, self._step_s, self._tools = case.name, (case.step_ms or 0.0) / MS_PER_S, tools
        self._dataset: tf.data.Dataset = apply_arm(opened.build(), case.arm)
        self._batches: Iterator[Batch] = iter(self._dataset)

    def find_placement(self) -> None:
        """None: nothing but the pipeline runs."""

    def capture(self, folder: Path) -> StepTimes:
        """Leave the trace of some steps below `folder`; what comes back is how long a step took before, and under it.

        Args:
            folder: Folder that takes the trace in TensorBoard's layout, as its newest session.
        """
        plain_ns = [self._time_step() for _ in range(NUM_FIRST)]
        count = max(FEWEST, min(MOST, round(WANTED_S * NS_PER_S / max(1, plain_ns[-1]))))
        profiled_ns = []
        with StepProfiler(folder, StepWindow(1, 1 + count)) as profiler:
            for step in range(1 + count):
                with profiler.mark(step):
                    profiled_ns.append(self._time_step())
        return StepTimes(tuple(plain_ns[1:]), tuple(profiled_ns[1:]))

    def _time_step(self) -> int:
        """How long a step took: the wait for its batch, the first again where there are no more, and its computing."""
        begin_ns = self._tools.clock.wall_ns()
        if next(self._batches, None) is None:
            self._batches = iter(self._dataset)
            if next(self._batches, None) is None:
                raise InputError(f"{self._name} gives no batch: its dataset is empty.")
        if self._step_s:
            self._tools.clock.sleep(self._step_s)
        return self._tools.clock.wall_ns() - begin_ns
