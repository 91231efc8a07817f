"""Captures traces, inside a worker: of a training step, with what the profiler costs, or of any pipeline alone."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol

import tensorflow as tf

from bench.consumers.meter import Tools
from bench.consumers.step import build_train_step
from bench.pipelines.rewrites import apply_arm
from bench.subjects.capabilities import Batch, BuildsModel, OpensDataset
from mnist_core import InputError, Placement, StepProfiler, StepWindow, find_placement
from reports.record.capture import StepTimes
from reports.record.case import Case
from reports.stats.median import FEWEST_VALUES

WINDOW = StepWindow(20, 60)  # of a block of steps
SETTLED = 35  # first timed step: while the profiler starts, prefetch fills its buffers, of some 10 batches
TIMED = range(SETTLED, WINDOW.stop - 1)  # the profiler writes its file at the end of the last one

NUM_FIRST = 1 + FEWEST_VALUES  # steps that are not captured: in the first one buffers are filled, graphs are built
FEWEST, MOST = FEWEST_VALUES, 40  # steps captured
WANTED_S = 4.0  # of captured time: a slow pipeline has fewer steps then
NS_PER_S = 1_000_000_000
MS_PER_S = 1000

Mark = Callable[[int], AbstractContextManager[None]]


class Trained(OpensDataset, BuildsModel, Protocol):
    """A subject that is a dataset and has a model."""


class TraceMeter:
    """Trains a model on a case's pipeline, in blocks of steps of which every other one is profiled.

    Args:
        case: What to trace.
        opened: Its subject.
        tools: What to measure with; the clock is read twice a block.
    """

    def __init__(self, case: Case, opened: Trained, tools: Tools) -> None:
        self._tools = tools
        dataset = apply_arm(opened.build(), case.arm)
        is_endless = dataset.cardinality() == tf.data.INFINITE_CARDINALITY
        self._batches = iter(dataset if is_endless else dataset.repeat())
        self._step = build_train_step(opened, tools.device.name)

    def find_placement(self) -> Placement:
        """Where the step computes."""
        return find_placement(lambda: self._step(*next(self._batches)))

    def capture(self, folder: Path) -> StepTimes:
        """Leave the trace of the last profiled block below `folder`; what comes back are the mean steps of all blocks.

        Args:
            folder: Folder that takes the trace in TensorBoard's layout, as its newest session.
        """
        self._run_plain()  # builds the graph, fills the shuffle buffer
        plain_ns, profiled_ns = [], []
        with tempfile.TemporaryDirectory(prefix="mnist-bench-") as away:
            for number in range(FEWEST_VALUES):
                profiler = StepProfiler(folder if number == FEWEST_VALUES - 1 else Path(away), WINDOW)
                plain_ns.append(self._run_plain())
                profiled_ns.append(self._run_profiled(profiler))
        return StepTimes(tuple(plain_ns), tuple(profiled_ns))

    def _run_plain(self) -> int:
        return self._run(lambda _step: nullcontext())

    def _run_profiled(self, profiler: StepProfiler) -> int:
        with profiler:
            return self._run(profiler.mark)

    def _run(self, mark: Mark) -> int:
        """The mean of the timed steps of a block, in nanoseconds; the fetch of the batch is part of a step."""
        begin_ns = end_ns = 0
        for step in range(WINDOW.stop):
            if step == TIMED.start:
                begin_ns = self._read_clock()
            if step == TIMED.stop:
                end_ns = self._read_clock()
            with mark(step):
                self._step(*next(self._batches))
        return round((end_ns - begin_ns) / len(TIMED))

    def _read_clock(self) -> int:
        """The time at which all that was begun is done."""
        self._tools.device.wait()
        return self._tools.clock.wall_ns()


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
        """Leave the trace of some steps below `folder`; what comes back is how long steps took before, and under it.

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
        return StepTimes(tuple(plain_ns[-FEWEST:]), tuple(profiled_ns[-FEWEST:]))

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
