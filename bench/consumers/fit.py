"""Trains with Keras' fit: for its time, or for the accuracy that it reaches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import tensorflow as tf

from bench.consumers.meter import Tools
from bench.machine.clock import TurnTimer
from bench.pipelines.inspect import inspect_program
from bench.pipelines.rewrites import apply_arm
from bench.subjects.capabilities import TrainsOnArrays
from mnist_core import Placement, find_placement
from reports.record.case import Case, Fitting
from reports.record.program import Program
from reports.record.sample import Sample

Inputs = tuple[Any, Any]
"""A dataset and None, or pictures and labels, as ``fit`` takes them."""


class FitMeter:
    """Measures an epoch of Keras' fit of a subject's model, on the pipeline or on the arrays themselves.

    Args:
        case: What to measure.
        opened: Its subject.
        tools: What to measure with. The model is given to the device; where it computes then, `find_placement` tells.
    """

    def __init__(self, case: Case, opened: TrainsOnArrays, tools: Tools) -> None:
        self._case, self._tools = case, tools
        self._fitting = case.fitting or Fitting()
        self._opened = opened.sort_by_label() if self._fitting.sorts_by_label else opened
        self._num_turns = 0
        self._model = self._compile(seed=0)
        self._arrays = self._opened.give_training_arrays() if self._fitting.from_arrays else None

    def measure_turn(self) -> Sample:
        """The sample of one call of fit; with `retrain`, of a model that knows nothing yet, and its accuracy."""
        self._num_turns += 1
        if self._fitting.retrains:
            self._model = self._compile(seed=self._num_turns)
        inputs = self._arrays or (self._build(seed=self._num_turns), None)
        timer = TurnTimer(self._tools.clock, self._tools.device.wait, self._tools.pressure)
        self._fit(inputs, self._fitting.num_epochs)
        sample = timer.end(self._fitting.num_epochs * _count_seen(self._model))
        return replace(sample, accuracy=self._test()) if self._fitting.retrains else sample

    def find_placement(self) -> Placement:
        """Where a first call of the compiled step computes."""
        num_batches = self._fitting.steps_per_execution
        if self._arrays is None:
            return find_placement(lambda: self._fit((self._build(seed=0).take(num_batches), None)))
        num_examples = num_batches * self._opened.batch_size
        images, labels = (array[:num_examples] for array in self._arrays)
        return find_placement(lambda: self._fit((images, labels)))

    def read_program(self) -> Program | None:
        """The stages as TensorFlow runs them; None where Keras makes the dataset from the arrays."""
        if self._fitting.from_arrays:
            return None
        return inspect_program(self._opened.build_sample(), self._case.arm, self._opened.shuffle_sizes)

    def _build(self, seed: int) -> tf.data.Dataset:
        """The pipeline of a turn: another turn shuffles otherwise."""
        return apply_arm(self._opened.build(seed=seed), self._case.arm)

    def _fit(self, inputs: Inputs, num_epochs: int = 1) -> None:
        """Train on the pipeline or the arrays; what Keras does with them under a ``tf.device`` is not ours to say."""
        self._model.fit(
            *inputs,
            batch_size=self._opened.batch_size if self._arrays else None,
            epochs=num_epochs,
            shuffle=self._arrays is not None,  # the pipeline does it itself; Keras warns otherwise
            verbose=0,
        )

    def _compile(self, seed: int) -> keras.Model:
        with tf.device(self._tools.device.name):
            model = self._opened.build_model(seed=seed)
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
        examples, classes = self._opened.give_test_arrays()
        probabilities = self._model(examples, training=False).numpy()
        return float((probabilities.argmax(axis=1) == classes).mean())


def _count_seen(model: keras.Model) -> int:
    """The examples of the last epoch, as the loss has counted them."""
    return int(next(metric for metric in model.metrics if metric.name == "loss").count.numpy())
