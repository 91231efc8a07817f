"""Trains a model on each batch: a real step, waited for before the next batch is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import keras
import tensorflow as tf

from bench.consumers.computing import wait_for_each
from bench.consumers.epochs import EpochMeter, Place, Take
from bench.consumers.meter import Tools
from bench.subjects.opened import Batch, BuildsModel, Opened
from mnist_core import Placement, TrainStep, find_placement
from reports.record.case import Case

Step = Callable[[tf.Tensor, tf.Tensor], None]


def build(case: Case, opened: Opened, tools: Tools) -> EpochMeter:
    """The meter of a case that trains, every step waited for."""
    assert isinstance(opened, BuildsModel)  # noqa: S101  # the table says so
    step = build_train_step(opened, tools.device.name)
    take = wait_for_each(lambda batch: step(*batch), tools.clock, tools.device.wait)
    return EpochMeter(case, opened, tools, take, place=find_place(take))


def build_train_step(opened: BuildsModel, device: str = "CPU:0") -> Step:
    """A real step of the subject's model, which computes and keeps its variables on `device`."""
    with tf.device(device):
        model = opened.build_model()
        model.compile(keras.optimizers.Adam())
        train_step = TrainStep(model, sparse=opened.labels_are_sparse)

    def step(images: tf.Tensor, labels: tf.Tensor) -> None:
        with tf.device(device):
            train_step(images, labels)

    traced: Step = tf.function(step, reduce_retracing=True, autograph=False)
    return traced


def find_place(take: Take) -> Place:
    """Says where a consumer computes, by letting it take one batch."""

    def place(iterator: Iterator[Batch]) -> Placement:
        first = next(iterator)
        return find_placement(lambda: take(iter(()), first, 0))

    return place
