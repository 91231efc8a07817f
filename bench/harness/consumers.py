"""Who takes the batches: a loop in the graph, a Python loop, a training step, or an emulated accelerator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import keras
import tensorflow as tf

from bench.harness.cases import Case
from mnist_core.loops import TrainStep
from mnist_core.model import build_model

MILLISECONDS = 1e-3

Batch = tuple[tf.Tensor, tf.Tensor]


@dataclass(frozen=True)
class Consumed:
    """What a consumer took.

    Args:
        num_examples: counted from the shapes of the batches that arrived.
        busy_ns: how long the accelerator computed; None for a consumer that only takes.
    """

    num_examples: int
    busy_ns: int | None = None


class StepClock(Protocol):
    """What a computing consumer needs of a clock."""

    def wall_ns(self) -> int:
        """Monotonic nanoseconds."""

    def sleep(self, seconds: float) -> None:
        """Leave the CPU to others for so long."""


Consumer = Callable[[tf.data.Iterator, Batch, int], Consumed]
"""Takes the first batch, which has been pulled already, and so many more from the iterator."""


def build_consumer(case: Case, clock: StepClock) -> Consumer:
    """The consumer that the case names; `fit` and `mixing` are no consumers of single batches."""
    if case.consumer == "drain":
        return _build_drain()
    if case.consumer == "python":
        return _take_in_python
    if case.consumer == "step":
        return _build_computing(build_train_step(case), clock)
    step_s = (case.step_ms or 0) * MILLISECONDS
    return _build_computing(lambda _images, _labels: clock.sleep(step_s), clock)


def _build_drain() -> Consumer:
    count = tf.function(_count_examples, autograph=False)

    def drain(iterator: tf.data.Iterator, first: Batch, num_more: int) -> Consumed:
        return Consumed(int(first[0].shape[0]) + int(count(iterator, tf.constant(num_more))))

    return drain


def _count_examples(iterator: tf.data.Iterator, num_batches: tf.Tensor) -> tf.Tensor:
    """The examples in the next `num_batches` batches, counted from their shapes; int64 scalar.

    Written without AutoGraph, which does not work for TensorFlow 2.21 under Python 3.13.
    """

    def take(index: tf.Tensor, num_examples: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        images, _ = next(iterator)
        return index + 1, num_examples + tf.shape(images, tf.int64)[0]

    begin = (tf.constant(0), tf.constant(0, tf.int64))
    return tf.while_loop(lambda index, _: index < num_batches, take, begin)[1]


def _take_in_python(iterator: tf.data.Iterator, first: Batch, num_more: int) -> Consumed:
    num_examples = int(first[0].shape[0])
    for _ in range(num_more):
        images, _ = next(iterator)
        num_examples += int(images.shape[0])
    return Consumed(num_examples)


def _build_computing(step: Callable[[tf.Tensor, tf.Tensor], None], clock: StepClock) -> Consumer:
    """A consumer that computes on each batch, and says for how long in all."""

    def compute(iterator: tf.data.Iterator, first: Batch, num_more: int) -> Consumed:
        num_examples = busy_ns = 0
        images, labels = first
        for left in range(num_more, -1, -1):
            begin_ns = clock.wall_ns()
            step(images, labels)
            busy_ns += clock.wall_ns() - begin_ns
            num_examples += int(images.shape[0])
            if left:
                images, labels = next(iterator)
        return Consumed(num_examples, busy_ns)

    return compute


def build_train_step(case: Case) -> Callable[[tf.Tensor, tf.Tensor], None]:
    """A real step of the post's mlp; a step on the CPU has ended when its call returns."""
    model = build_model("mlp", normalize=case.spec.normalize)
    model.compile(keras.optimizers.Adam())
    step: Callable[[tf.Tensor, tf.Tensor], None] = tf.function(
        TrainStep(model, sparse=case.spec.labels == "sparse"), reduce_retracing=True, autograph=False
    )
    return step
