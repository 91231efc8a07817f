"""Predicts one batch again and again: how fast, and how soon the first answer is there."""

from __future__ import annotations

import math
from typing import cast

import numpy as np
import tensorflow as tf

from bench.consumers.meter import Tools
from bench.machine.clock import TurnTimer
from bench.subjects.capabilities import GivesPictures
from mnist_core import ModelName, Placement, build_model, find_placement
from reports.record.case import Case
from reports.record.sample import Sample

NUM_EXAMPLES = 4096  # predicted in a turn, about: 0.02 s of the mlp on a CPU, 0.5 s of the cnn
MIN_CALLS, MAX_CALLS = 2, 128  # one alone is the first answer; more calls of one example tell nothing more


class InferenceMeter:
    """Measures the predictions of a model for batches of one size, which come from and go back to the host.

    Args:
        case: What to measure.
        opened: Its subject, whose test pictures are predicted, from the first one again where there are too few.
        tools: What to measure with.
    """

    def __init__(self, case: Case, opened: GivesPictures, tools: Tools) -> None:
        self._tools, batch_size = tools, case.batch_size or 1
        self._num_calls = count_calls(batch_size)
        pictures = opened.test_pictures
        with tf.device("CPU:0"):
            self._pictures = tf.constant(np.resize(pictures, (batch_size, *pictures.shape[1:])))
        with tf.device(self._tools.device.name):
            self._model = build_model(cast("ModelName", case.model), normalize="model")
        self._predict = tf.function(self._compute, autograph=False)

    def measure_turn(self) -> Sample:
        """The sample of so many calls, every answer read back at the end; the first one at once, for its latency.

        A call before that is not timed: after the turns of others it would tell how long caches take to fill.
        """
        self._predict(self._pictures).numpy()
        timer = TurnTimer(self._tools.clock, self._tools.device.wait, self._tools.pressure)
        answers = [self._predict(self._pictures)]
        answers[0].numpy()
        timer.mark_first_batch()
        answers += [self._predict(self._pictures) for _ in range(self._num_calls - 1)]
        timer.mark_returned()
        num_examples = sum(len(answer.numpy()) for answer in answers)
        return timer.end(num_examples)

    def find_placement(self) -> Placement:
        """Where the model computes."""
        return find_placement(lambda: self._predict(self._pictures))

    def read_program(self) -> None:
        """None: there is no pipeline."""

    def _compute(self, pictures: tf.Tensor) -> tf.Tensor:
        with tf.device(self._tools.device.name):
            return self._model(pictures, training=False)


def count_calls(batch_size: int) -> int:
    """The calls of a turn."""
    return min(MAX_CALLS, max(MIN_CALLS, math.ceil(NUM_EXAMPLES / batch_size)))
