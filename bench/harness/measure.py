"""Measures one case, turn by turn, inside a worker. The only reader of a clock for anything that is compared."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

import tensorflow as tf

from bench.harness.cases import Case
from mnist_core.digits import Digits
from mnist_core.pipeline import build_dataset
from reports.record import Sample


class Clock(Protocol):
    """Where the time comes from; tests bring a fake one."""

    def wall_ns(self) -> int:
        """Monotonic wall-clock nanoseconds."""

    def cpu_ns(self) -> int:
        """CPU nanoseconds of this process, all threads."""


class MachineClock:
    """The real clocks of this machine."""

    wall_ns: Callable[[], int] = staticmethod(time.perf_counter_ns)
    cpu_ns: Callable[[], int] = staticmethod(time.process_time_ns)


class Drain:
    """Drains one epoch of a case's pipeline inside the graph, a fresh iterator every turn.

    Args:
        case: what to measure.
        digits: the data; the training set is used.
        clock: read three times a turn.
    """

    def __init__(self, case: Case, digits: Digits, clock: Clock | None = None) -> None:
        images, labels = digits.train_images, digits.train_labels
        self._clock = clock or MachineClock()
        self._dataset = build_dataset(case.spec, images, labels)
        self._num_batches = case.spec.ordering.num_batches(len(images))
        self._consume = tf.function(_count_examples)

    def measure_turn(self) -> Sample:
        """The sample of one epoch; nothing is in flight before it or after it.

        The first batch is pulled on its own, since its wait (filling the shuffle buffer) is another question than the
        rate of the rest. An endless ordering is stopped after one epoch's batches.
        """
        clock = self._clock
        begin_cpu_ns, begin_ns = clock.cpu_ns(), clock.wall_ns()
        iterator = iter(self._dataset)
        images, _ = next(iterator)
        first_ns = clock.wall_ns()
        num_rest = int(self._consume(iterator, tf.constant(self._num_batches - 1)))
        end_ns, end_cpu_ns = clock.wall_ns(), clock.cpu_ns()
        del iterator  # joins its threads and frees its buffers, outside the timed window
        return Sample(
            wall_ns=end_ns - begin_ns,
            cpu_ns=end_cpu_ns - begin_cpu_ns,
            first_batch_ns=first_ns - begin_ns,
            num_examples=int(images.shape[0]) + num_rest,
        )


def _count_examples(iterator: tf.data.Iterator, num_batches: tf.Tensor) -> tf.Tensor:
    """The examples that arrive in the next `num_batches` batches, counted from their shapes; int64 scalar."""
    num_examples = tf.constant(0, tf.int64)
    for _ in tf.range(num_batches):
        images, _ = next(iterator)
        num_examples += tf.shape(images, tf.int64)[0]
    return num_examples
