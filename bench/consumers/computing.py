"""Computes on each batch before the next is asked for, and says for how long in all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bench.consumers.epochs import Consumed, Take
from bench.machine.clock import Clock
from bench.subjects.opened import Batch, count_examples


def wait_for_each(compute: Callable[[Batch], object], clock: Clock, wait: Callable[[], None]) -> Take:
    """A consumer that computes on each batch and waits until that is done.

    Args:
        compute: What is done with a batch.
        clock: The clock that is read around it.
        wait: Returns when the device has finished what it was given.
    """

    def take(iterator: Iterator[Batch], first: Batch, num_more: int) -> Consumed:
        num_examples = busy_ns = 0
        batch = first
        for left in range(num_more, -1, -1):
            begin_ns = clock.wall_ns()
            compute(batch)
            wait()
            busy_ns += clock.wall_ns() - begin_ns
            num_examples += count_examples(batch)
            if left:
                batch = next(iterator)
        return Consumed(num_examples, busy_ns)

    return take
