"""Runs a training step with and without the profiler, inside a worker: for the trace, and for what it costs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from bench.consumers.batches import StepClock, build_train_step
from bench.consumers.device import ComputeDevice, open_device
from bench.consumers.step_times import StepTimes
from bench.machine.clock import MachineClock
from bench.pipelines.rewrites import apply_arm
from bench.subjects.orderings import parse_subject
from mnist_core import Digits, Say, say_nothing
from mnist_core.devices.placement import Placement, find_placement
from mnist_core.pipeline.build import build_dataset
from mnist_core.pipeline.sources import load_source
from mnist_core.profiling.own_loop import StepProfiler
from mnist_core.profiling.window import StepWindow
from reports.record.case import Case
from reports.stats.median import FEWEST_VALUES

WINDOW = StepWindow(20, 60)  # of a block of steps
SETTLED = 35  # first timed step: while the profiler starts, prefetch fills its buffers, of some 10 batches
TIMED = range(SETTLED, WINDOW.stop - 1)  # the profiler writes its file at the end of the last one

Mark = Callable[[int], AbstractContextManager[None]]


class TraceMeter:
    """Trains the post's mlp on a case's pipeline, in blocks of steps of which every other one is profiled.

    Args:
        case: The case to trace.
        digits: The data, of which the training set is used.
        clock: The clock, which is read twice a block; None is the machine's.
        device: The device on which the step computes; None is the one that the case names.
        say: Takes a line for the user when files are written for the source.
    """

    def __init__(
        self,
        case: Case,
        digits: Digits,
        clock: StepClock | None = None,
        *,
        device: ComputeDevice | None = None,
        say: Say = say_nothing,
    ) -> None:
        self._clock, self._device = clock or MachineClock(), device or open_device(case.device)
        spec = parse_subject(case.subject)
        examples = load_source(spec, digits.train_images, digits.train_labels, say=say)
        dataset = apply_arm(build_dataset(spec, examples, digits.train_labels), case.arm)
        self._batches = iter(dataset if spec.ordering.is_endless else dataset.repeat())
        self._step = build_train_step(case, self._device.name)

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
        self._device.wait()
        return self._clock.wall_ns()
