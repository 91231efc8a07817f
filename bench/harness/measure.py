"""Measures one case, turn by turn, inside a worker. The only reader of a clock for anything that is compared."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from bench.harness.arms import apply_arm
from bench.harness.cases import RAW, Case
from bench.harness.consumers import Consumed, Consumer, build_consumer
from bench.harness.environment import count_cores
from bench.harness.pressure import Pressure, is_contaminated, read_pressure
from bench.pipelines.inspect import inspect_program, read_program
from mnist_core.digits import Digits
from mnist_core.pipeline import build_dataset
from reports.record import Program, Sample


class Clock(Protocol):
    """Where the time comes from; tests bring a fake one."""

    def wall_ns(self) -> int:
        """Monotonic wall-clock nanoseconds."""

    def cpu_ns(self) -> int:
        """CPU nanoseconds of this process, all threads."""

    def sleep(self, seconds: float) -> None:
        """Leave the CPU to others for so long."""


class MachineClock:
    """The real clocks of this machine."""

    wall_ns: Callable[[], int] = staticmethod(time.perf_counter_ns)
    cpu_ns: Callable[[], int] = staticmethod(time.process_time_ns)
    sleep: Callable[[float], None] = staticmethod(time.sleep)


class Meter:
    """Feeds one epoch of a case's pipeline to its consumer, a fresh iterator every turn.

    Args:
        case: what to measure.
        digits: the data; the training set, or its beginning, is used.
        clock: read three times a turn, and by consumers that compute around each step.
        pressure: what the machine and the scheduler did, read before and after a turn.
    """

    def __init__(
        self,
        case: Case,
        digits: Digits,
        clock: Clock | None = None,
        pressure: Callable[[], Pressure] = read_pressure,
    ) -> None:
        images, labels = digits.train_images[: case.num_examples], digits.train_labels[: case.num_examples]
        self._case, self._clock, self._pressure = case, clock or MachineClock(), pressure
        self._dataset = apply_arm(build_dataset(case.spec, images, labels), case.arm)
        self._num_batches = case.spec.ordering.num_batches(len(images))
        self._consume: Consumer = build_consumer(case, self._clock)

    def measure_turn(self) -> Sample:
        """The sample of one epoch; nothing is in flight before it or after it.

        The first batch is pulled on its own, so that its wait, filling the shuffle buffer, can be told apart; the
        turn's wall time includes it. An endless ordering is stopped after one epoch's batches.
        """
        clock = self._clock
        before = self._pressure()
        begin_cpu_ns, begin_ns = clock.cpu_ns(), clock.wall_ns()
        iterator = iter(self._dataset)
        first = next(iterator)
        first_ns = clock.wall_ns()
        consumed = self._consume(iterator, first, self._num_batches - 1)
        end_ns, end_cpu_ns = clock.wall_ns(), clock.cpu_ns()
        spent = self._pressure() - before
        del iterator  # joins its threads and frees its buffers, outside the timed window
        return _build_sample(end_ns - begin_ns, end_cpu_ns - begin_cpu_ns, first_ns - begin_ns, consumed, spent)

    def read_program(self) -> Program:
        """The stages as TensorFlow runs them, and what AUTOTUNE chose by the middle of an epoch, which is not timed."""
        program = inspect_program(self._case)
        if self._case.arm == RAW:
            return program
        iterator = iter(self._dataset)
        first = next(iterator)
        self._consume(iterator, first, (self._num_batches - 1) // 2)
        return Program(program.chain, read_program(iterator).choices)


def _build_sample(wall_ns: int, cpu_ns: int, first_batch_ns: int, consumed: Consumed, spent: Pressure) -> Sample:
    foreign_cpu_ns = None if spent.busy_ns is None else max(0, spent.busy_ns - cpu_ns)
    return Sample(
        wall_ns=wall_ns,
        cpu_ns=cpu_ns,
        first_batch_ns=first_batch_ns,
        num_examples=consumed.num_examples,
        busy_ns=consumed.busy_ns,
        involuntary_switches=spent.involuntary_switches,
        run_queue_wait_ns=spent.run_queue_wait_ns,
        foreign_cpu_ns=foreign_cpu_ns,
        contaminated=is_contaminated(foreign_cpu_ns, wall_ns, count_cores()),
    )
