"""Takes the batches in a Python loop, as people write it."""

from __future__ import annotations

from collections.abc import Iterator

from bench.consumers.epochs import Consumed, EpochMeter
from bench.consumers.meter import Tools
from bench.subjects.opened import Batch, Opened, count_examples
from reports.record.case import Case


def build(case: Case, opened: Opened, tools: Tools) -> EpochMeter:
    """The meter of a case whose batches are taken in a Python loop."""
    return EpochMeter(case, opened, tools, take_in_python)


def take_in_python(iterator: Iterator[Batch], first: Batch, num_more: int) -> Consumed:
    """Take the batches one by one."""
    num_examples = count_examples(first)
    for _ in range(num_more):
        num_examples += count_examples(next(iterator))
    return Consumed(num_examples)
