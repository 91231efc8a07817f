"""Computes on each batch: a real training step, waited for or not, or an emulated accelerator's."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import keras
import tensorflow as tf

from bench.consumers.epochs import Consumed, EpochMeter, Take
from bench.consumers.meter import Tools
from bench.subjects.capabilities import Batch, BuildsModel, Opened, find_counter
from mnist_core import Placement, TrainStep, find_placement
from reports.record.case import Case

MILLISECONDS = 1e-3


def build_step(case: Case, opened: BuildsModel, tools: Tools) -> EpochMeter:
    """The meter of a case that trains, every step waited for before the next batch is asked for."""
    step = build_train_step(opened, tools.device.name)

    def step_and_wait(batch: Batch) -> None:
        step(*batch)
        tools.device.wait()

    return _place_step(case, opened, tools, time_each(step_and_wait, tools, find_counter(opened)))


def build_train(case: Case, opened: BuildsModel, tools: Tools) -> EpochMeter:
    """The meter of a case that trains as people write it: no step is waited for."""
    step = build_train_step(opened, tools.device.name)
    count = find_counter(opened)

    def train(iterator: Iterator[Batch], first: Batch, num_more: int) -> Consumed:
        step(*first)
        num_examples = count(first)
        for batch in itertools.islice(iterator, num_more):
            step(*batch)
            num_examples += count(batch)
        return Consumed(num_examples)

    return _place_step(case, opened, tools, train)


def build_emulated(case: Case, opened: Opened, tools: Tools) -> EpochMeter:
    """The meter of a case that feeds an emulated accelerator.

    It computes on each batch for a given time, and leaves the CPU to others meanwhile.
    """
    step_s = (case.step_ms or 0) * MILLISECONDS
    return EpochMeter(
        case, opened, tools, time_each(lambda _batch: tools.clock.sleep(step_s), tools, find_counter(opened))
    )


def build_train_step(opened: BuildsModel, device: str = "CPU:0") -> Callable[[tf.Tensor, tf.Tensor], None]:
    """A real step of the subject's model, which computes and keeps its variables on `device`."""
    with tf.device(device):
        model = opened.build_model()
        model.compile(keras.optimizers.Adam())
        train_step = TrainStep(model, sparse=opened.labels_are_sparse)

    def step(images: tf.Tensor, labels: tf.Tensor) -> None:
        with tf.device(device):
            train_step(images, labels)

    traced: Callable[[tf.Tensor, tf.Tensor], None] = tf.function(step, reduce_retracing=True, autograph=False)
    return traced


def time_each(compute: Callable[[Batch], None], tools: Tools, count: Callable[[Batch], int]) -> Take:
    """A consumer that computes on each batch before the next is asked for, and says for how long in all.

    Args:
        compute: What is done with a batch; it returns when that is done.
        tools: What to measure with; the clock is read around each call.
        count: Counts the examples of a batch.
    """

    def take(iterator: Iterator[Batch], first: Batch, num_more: int) -> Consumed:
        num_examples = busy_ns = 0
        for batch in itertools.chain((first,), itertools.islice(iterator, num_more)):
            begin_ns = tools.clock.wall_ns()
            compute(batch)
            busy_ns += tools.clock.wall_ns() - begin_ns
            num_examples += count(batch)
        return Consumed(num_examples, busy_ns)

    return take


def _place_step(case: Case, opened: Opened, tools: Tools, take: Take) -> EpochMeter:
    """The meter of a consumer that says where it computes by taking one batch."""

    def place(iterator: Iterator[Batch]) -> Placement:
        first = next(iterator)
        return find_placement(lambda: take(iter(()), first, 0))

    return EpochMeter(case, opened, tools, take, place=place)
