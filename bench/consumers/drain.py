"""Takes the batches and does nothing with them: a loop in the graph, as fast as they come, or one in Python."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import tensorflow as tf

from bench.consumers.epochs import Consumed, EpochMeter, Take
from bench.consumers.meter import Tools
from bench.subjects.capabilities import Batch, CountsExamples, Opened, find_counter, find_first
from bench.subjects.elements import count_examples as count_in_graph
from reports.record.case import Case


def build_drain(case: Case, opened: Opened, tools: Tools) -> EpochMeter:
    """The meter of a case whose batches are taken inside the graph."""
    count_first = find_counter(opened)
    count = tf.function(_build_counter(opened), autograph=False)

    def drain(iterator: Iterator[Batch], first: Batch, num_more: int) -> Consumed:
        more = int(count(iterator, tf.constant(num_more))) if num_more else 0
        return Consumed(count_first(first) + more)

    return EpochMeter(case, opened, tools, drain, prepare=lambda iterator: count(iterator, tf.constant(0)))


def build_python(case: Case, opened: Opened, tools: Tools) -> EpochMeter:
    """The meter of a case whose batches are taken in a Python loop, as people write it."""
    return EpochMeter(case, opened, tools, build_taker(find_counter(opened)))


def build_taker(count: Callable[[Batch], int]) -> Take:
    """What takes the batches one by one and counts their examples."""

    def take_in_python(iterator: Iterator[Batch], first: Batch, num_more: int) -> Consumed:
        return Consumed(count(first) + sum(map(count, itertools.islice(iterator, num_more))))

    return take_in_python


Count = Callable[[tf.data.Iterator, tf.Tensor], tf.Tensor]
"""Gives the examples in the next so many batches of an iterator, inside a graph; int64 scalar.

Written without AutoGraph, which does not work for TensorFlow 2.21 under Python 3.13.
"""


def _build_counter(opened: Opened) -> Count:
    """What counts examples: of an epoch whose length is known, or else until its end if that comes before."""
    if opened.num_batches is not None:
        return _count_examples
    batched = opened.batched if isinstance(opened, CountsExamples) else True
    return lambda iterator, num_batches: _count_until_end(iterator, num_batches, batched=batched)


def _count_examples(iterator: tf.data.Iterator, num_batches: tf.Tensor) -> tf.Tensor:
    def take(index: tf.Tensor, num_examples: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return index + 1, num_examples + tf.shape(find_first(next(iterator)), tf.int64)[0]

    begin = (tf.constant(0), tf.constant(0, tf.int64))
    return tf.while_loop(lambda index, _: index < num_batches, take, begin)[1]


def _count_until_end(iterator: tf.data.Iterator, num_batches: tf.Tensor, *, batched: bool) -> tf.Tensor:
    def take(index: tf.Tensor, num_examples: tf.Tensor, _more: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        element = iterator.get_next_as_optional()
        has_value = element.has_value()
        count = tf.cond(
            has_value,
            lambda: tf.cast(count_in_graph(element.get_value(), batched=batched), tf.int64),
            lambda: tf.constant(0, tf.int64),
        )
        return index + 1, num_examples + count, has_value

    begin = (tf.constant(0), tf.constant(0, tf.int64), tf.constant(True))
    return tf.while_loop(lambda index, _, more: tf.logical_and(index < num_batches, more), take, begin)[1]
