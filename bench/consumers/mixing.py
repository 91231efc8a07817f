"""Shuffles numbered pictures with a case's pipeline, and scores the order in which they come."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bench.consumers.device import open_device
from bench.machine.clock import Clock, MachineClock, ReadPressure, TurnTimer
from bench.machine.pressure import read_pressure
from bench.pipelines.inspect import inspect_program
from bench.pipelines.rewrites import apply_arm
from bench.subjects.orderings import parse_subject
from mnist_core import SIDE, Digits
from mnist_core.pipeline.build import build_dataset
from reports.record.case import Case
from reports.record.program import Program
from reports.record.sample import Mixing, Sample
from reports.stats.mixing import score_mixing

NUM_DIGITS = 3  # pixels that hold an example's number, to the base 256: enough for 16 million
BASE = 256


class MixingMeter:
    """Measures how well a case's pipeline shuffles data that comes sorted by label, and what that costs.

    Args:
        case: what to measure; its spec prepares pictures with a scale that can be undone.
        digits: the data; only the training labels are used.
        clock: read three times a turn.
        pressure: what the machine and the scheduler did, read before and after a turn.
    """

    def __init__(
        self, case: Case, digits: Digits, clock: Clock | None = None, pressure: ReadPressure = read_pressure
    ) -> None:
        self._case, self._clock, self._pressure = case, clock or MachineClock(), pressure
        self._spec = parse_subject(case.subject)
        self._labels = np.sort(digits.train_labels[: case.num_examples])
        self._images = number_images(len(self._labels))
        self._num_batches = self._spec.ordering.num_batches(len(self._labels))
        self._num_turns = 0

    def measure_turn(self) -> Sample:
        """The sample of one epoch, with the scores of its order; scoring is not timed."""
        self._num_turns += 1
        spec = replace(self._spec, seed=self._num_turns)
        dataset = apply_arm(build_dataset(spec, self._images, self._labels), self._case.arm)
        timer = TurnTimer(self._clock, open_device(self._case.device).wait, self._pressure)
        iterator = iter(dataset)
        batches = [next(iterator)[0]]
        timer.mark_first_batch()
        batches += [next(iterator)[0] for _ in range(self._num_batches - 1)]
        sample = timer.end(sum(int(batch.shape[0]) for batch in batches))
        order = np.concatenate([read_numbers(batch.numpy()) for batch in batches])
        return replace(sample, mixing=Mixing(*score_mixing(order, self._labels)))

    def find_placement(self) -> None:
        """None: nothing but the pipeline runs."""

    def read_program(self) -> Program:
        """The stages as TensorFlow runs them."""
        return inspect_program(self._case, self._images)


def number_images(count: int) -> np.ndarray:
    """Black pictures, uint8 of shape (count, 28, 28), whose first pixels tell their number."""
    images = np.zeros((count, SIDE, SIDE), np.uint8)
    numbers = np.arange(count)
    for place in range(NUM_DIGITS):
        images[:, 0, place] = numbers // BASE**place % BASE
    return images


def read_numbers(images: np.ndarray) -> np.ndarray:
    """The numbers of pictures that may have been scaled to 0 to 1, int64 of shape (batch,)."""
    pixels = images[:, 0, :NUM_DIGITS]
    if pixels.dtype != np.uint8:
        pixels = np.rint(pixels * (BASE - 1))
    return pixels.astype(np.int64) @ BASE ** np.arange(NUM_DIGITS)
