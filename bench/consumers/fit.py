"""Trains with Keras' fit: for its time, or for the accuracy that it reaches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from bench.consumers.device import ComputeDevice, open_device
from bench.machine.clock import Clock, MachineClock, ReadPressure, TurnTimer
from bench.machine.pressure import read_pressure
from bench.pipelines.inspect import inspect_program
from bench.pipelines.rewrites import apply_arm
from bench.subjects.orderings import parse_subject
from mnist_core import NUM_CLASSES, Digits, Say, say_nothing
from mnist_core.devices.placement import Placement, find_placement
from mnist_core.models.model import build_model
from mnist_core.pipeline.build import build_dataset
from mnist_core.pipeline.decode import scale_pixels
from mnist_core.pipeline.sources import load_source
from reports.record.case import Case, Fitting
from reports.record.record import Program, Sample

Inputs = tuple[Any, Any]
"""A dataset and None, or pictures and labels, as ``fit`` takes them."""


class FitMeter:
    """Measures an epoch of Keras' fit of the post's mlp, on the pipeline or on the arrays themselves.

    Args:
        case: what to measure.
        digits: the data; the training set, or its beginning, is used.
        clock: read at the beginning and the end of a turn.
        pressure: what the machine and the scheduler did, read before and after a turn.
        say: is given a line when files are written for the source.
        device: that takes the model; where it computes then, `find_placement` tells. The case's own if not given.
    """

    def __init__(
        self,
        case: Case,
        digits: Digits,
        clock: Clock | None = None,
        pressure: ReadPressure = read_pressure,
        *,
        say: Say = say_nothing,
        device: ComputeDevice | None = None,
    ) -> None:
        self._device = device or open_device(case.device)
        self._case, self._digits, self._clock, self._pressure = case, digits, clock or MachineClock(), pressure
        self._fitting = case.fitting or Fitting()
        self._spec = parse_subject(case.subject)
        images, labels = order_digits(digits, self._fitting, case.num_examples)
        self._examples, self._labels = load_source(self._spec, images, labels, say=say), labels
        self._num_turns = 0
        self._model = self._compile(seed=0)
        self._arrays = _prepare(images, labels) if self._fitting.from_arrays else None

    def measure_turn(self) -> Sample:
        """The sample of one call of fit; with `retrain`, of a model that knows nothing yet, and its accuracy."""
        self._num_turns += 1
        if self._fitting.retrains:
            self._model = self._compile(seed=self._num_turns)
        inputs = self._arrays or (self._build(seed=self._num_turns), None)
        timer = TurnTimer(self._clock, self._device.wait, self._pressure)
        self._fit(inputs, self._fitting.num_epochs)
        sample = timer.end(self._fitting.num_epochs * _count_seen(self._model))
        return replace(sample, accuracy=self._test()) if self._fitting.retrains else sample

    def find_placement(self) -> Placement:
        """Where a first call of the compiled step computes."""
        num_batches = self._fitting.steps_per_execution
        if self._arrays is None:
            return find_placement(lambda: self._fit((self._build(seed=0).take(num_batches), None)))
        num_examples = num_batches * self._spec.ordering.batch.batch_size
        images, labels = (array[:num_examples] for array in self._arrays)
        return find_placement(lambda: self._fit((images, labels)))

    def read_program(self) -> Program | None:
        """The stages as TensorFlow runs them; None where Keras makes the dataset from the arrays."""
        return None if self._fitting.from_arrays else inspect_program(self._case, self._examples)

    def _build(self, seed: int) -> tf.data.Dataset:
        """The pipeline of a turn: another turn shuffles otherwise."""
        spec = replace(self._spec, seed=seed)
        return apply_arm(build_dataset(spec, self._examples, self._labels), self._case.arm)

    def _fit(self, inputs: Inputs, num_epochs: int = 1) -> None:
        """Train on the pipeline or the arrays; what Keras does with them under a ``tf.device`` is not ours to say."""
        self._model.fit(
            *inputs,
            batch_size=self._spec.ordering.batch.batch_size if self._arrays else None,
            epochs=num_epochs,
            shuffle=self._arrays is not None,  # the pipeline does it itself; Keras warns otherwise
            verbose=0,
        )

    def _compile(self, seed: int) -> keras.Model:
        with tf.device(self._device.name):
            model = build_model("mlp", normalize=self._spec.normalize, seed=seed)
            model.compile(
                keras.optimizers.Adam(),
                loss="categorical_crossentropy",
                metrics=["accuracy"],
                steps_per_execution=self._fitting.steps_per_execution,
                jit_compile="auto" if self._fitting.jit_compile is None else self._fitting.jit_compile,
            )
        return model

    def _test(self) -> float:
        """The accuracy on the test set, 0 to 1."""
        images, labels = _prepare(self._digits.test_images, self._digits.test_labels)
        if self._spec.normalize == "model":
            images = self._digits.test_images
        probabilities = self._model(images, training=False).numpy()
        return float((probabilities.argmax(axis=1) == labels.argmax(axis=1)).mean())


def order_digits(digits: Digits, fitting: Fitting, num_examples: int | None) -> tuple[np.ndarray, np.ndarray]:
    """The training set as it came, or sorted by label: the worst order there is for training."""
    images, labels = digits.train_images[:num_examples], digits.train_labels[:num_examples]
    if not fitting.sorts_by_label:
        return images, labels
    order = np.argsort(labels, kind="stable")
    return images[order], labels[order]


def _prepare(images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Float32 pictures in [0, 1] and one-hot labels, as the post's program has them."""
    return scale_pixels(images), np.eye(NUM_CLASSES, dtype=np.float32)[labels]


def _count_seen(model: keras.Model) -> int:
    """The examples of the last epoch, as the loss has counted them."""
    return int(next(metric for metric in model.metrics if metric.name == "loss").count.numpy())
