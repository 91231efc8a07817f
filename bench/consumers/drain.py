"""Takes the batches and does nothing with them: a loop in the graph, as fast as they come, or one in Python."""

from __future__ import annotations

from collections.abc import Iterator

import tensorflow as tf

from bench.consumers.epochs import Consumed, EpochMeter
from bench.consumers.meter import Tools
from bench.subjects.capabilities import Batch, Opened, count_examples, find_first
from reports.record.case import Case


def build_drain(case: Case, opened: Opened, tools: Tools) -> EpochMeter:
    """The meter of a case whose batches are taken inside the graph."""
    count = tf.function(_count_examples, autograph=False)

    def drain(iterator: Iterator[Batch], first: Batch, num_more: int) -> Consumed:
        return Consumed(count_examples(first) + int(count(iterator, tf.constant(num_more))))

    return EpochMeter(case, opened, tools, drain)


def build_python(case: Case, opened: Opened, tools: Tools) -> EpochMeter:
    """The meter of a case whose batches are taken in a Python loop, as people write it."""
    return EpochMeter(case, opened, tools, take_in_python)


def take_in_python(iterator: Iterator[Batch], first: Batch, num_more: int) -> Consumed:
    """Take the batches one by one."""
    num_examples = count_examples(first)
    for _ in range(num_more):
        num_examples += count_examples(next(iterator))
    return Consumed(num_examples)


def _count_examples(iterator: tf.data.Iterator, num_batches: tf.Tensor) -> tf.Tensor:
    """The examples in the next `num_batches` batches, counted from their shapes; int64 scalar.

    Written without AutoGraph, which does not work for TensorFlow 2.21 under Python 3.13.
    """

    def take(index: tf.Tensor, num_examples: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return index + 1, num_examples + tf.shape(find_first(next(iterator)), tf.int64)[0]

    begin = (tf.constant(0), tf.constant(0, tf.int64))
    return tf.while_loop(lambda index, _: index < num_batches, take, begin)[1]
