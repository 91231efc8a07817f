"""Who takes the batches: a loop in the graph, a Python loop, training steps, or an emulated accelerator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import keras
import tensorflow as tf

from bench.consumers.copy import Batch
from bench.consumers.device import ComputeDevice, Wait
from bench.subjects.orderings import parse_subject
from mnist_core.models.model import build_model
from mnist_core.training.loops import Step, TrainStep
from reports.record.case import Case

MILLISECONDS = 1e-3


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


Consumer = Callable[[Iterator[Batch], Batch, int], Consumed]
"""Takes the first batch, which has been pulled already, and so many more from the iterator."""


def _wait_for_nothing() -> None:
    """An emulated accelerator has finished when its sleep is over."""


def build_consumer(case: Case, clock: StepClock, device: ComputeDevice) -> Consumer:
    """The consumer that the case names; `fit`, `mixing` and `infer` are no consumers of single batches."""
    if case.consumer == "drain":
        return _build_drain()
    if case.consumer in ("python", "copy", "copy_ahead"):
        return _take_in_python
    if case.consumer == "train":
        return _build_training(build_train_step(case, device.name))
    if case.consumer == "step":
        step = build_train_step(case, device.name)
        return _build_computing(step, clock, device.wait)
    step_s = (case.step_ms or 0) * MILLISECONDS
    return _build_computing(lambda _images, _labels: clock.sleep(step_s), clock)


def _build_drain() -> Consumer:
    count = tf.function(_count_examples, autograph=False)

    def drain(iterator: Iterator[Batch], first: Batch, num_more: int) -> Consumed:
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


def _take_in_python(iterator: Iterator[Batch], first: Batch, num_more: int) -> Consumed:
    num_examples = int(first[0].shape[0])
    for _ in range(num_more):
        images, _ = next(iterator)
        num_examples += int(images.shape[0])
    return Consumed(num_examples)


def _build_training(step: Step) -> Consumer:
    """A consumer that trains on each batch as people write it: no step is waited for."""

    def train(iterator: Iterator[Batch], first: Batch, num_more: int) -> Consumed:
        step(*first)
        num_examples = int(first[0].shape[0])
        for _ in range(num_more):
            images, labels = next(iterator)
            step(images, labels)
            num_examples += int(images.shape[0])
        return Consumed(num_examples)

    return train


def _build_computing(step: Step, clock: StepClock, wait: Wait = _wait_for_nothing) -> Consumer:
    """A consumer that computes on each batch, and says for how long in all; each step is waited for."""

    def compute(iterator: Iterator[Batch], first: Batch, num_more: int) -> Consumed:
        num_examples = busy_ns = 0
        images, labels = first
        for left in range(num_more, -1, -1):
            begin_ns = clock.wall_ns()
            step(images, labels)
            wait()
            busy_ns += clock.wall_ns() - begin_ns
            num_examples += int(images.shape[0])
            if left:
                images, labels = next(iterator)
        return Consumed(num_examples, busy_ns)

    return compute


def build_train_step(case: Case, device: str = "CPU:0") -> Step:
    """A real step of the post's mlp, which computes and keeps its variables on `device`."""
    spec = parse_subject(case.subject)
    with tf.device(device):
        model = build_model("mlp", normalize=spec.normalize)
        model.compile(keras.optimizers.Adam())
        train_step = TrainStep(model, sparse=spec.labels == "sparse")

    def step(images: tf.Tensor, labels: tf.Tensor) -> None:
        with tf.device(device):
            train_step(images, labels)

    traced: Step = tf.function(step, reduce_retracing=True, autograph=False)
    return traced
