"""Shuffles numbered examples with a case's pipeline, and scores the order in which they come."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bench.consumers.meter import Tools
from bench.machine.clock import TurnTimer
from bench.pipelines.inspect import inspect_program
from bench.pipelines.rewrites import apply_arm
from bench.subjects.capabilities import NumbersExamples, count_examples
from reports.record.case import Case
from reports.record.program import Program
from reports.record.sample import Mixing, Sample
from reports.stats.mixing import score_mixing


class MixingMeter:
    """Measures how well a case's pipeline shuffles data that comes sorted by label, and what that costs.

    Args:
        case: What to measure.
        opened: Its subject, whose examples can be numbered.
        tools: What to measure with.
    """

    def __init__(self, case: Case, opened: NumbersExamples, tools: Tools) -> None:
        self._case, self._numbered, self._tools = case, opened.number_examples(), tools
        self._num_turns = 0

    def measure_turn(self) -> Sample:
        """The sample of one epoch, with the scores of its order; scoring is not timed."""
        self._num_turns += 1
        dataset = apply_arm(self._numbered.build(seed=self._num_turns), self._case.arm)
        timer = TurnTimer(self._tools.clock, self._tools.device.wait, self._tools.pressure)
        iterator = iter(dataset)
        batches = [next(iterator)]
        timer.mark_first_batch()
        assert self._numbered.num_batches is not None, "numbered examples are counted"  # noqa: S101
        batches += [next(iterator) for _ in range(self._numbered.num_batches - 1)]
        sample = timer.end(sum(count_examples(batch) for batch in batches))
        order = np.concatenate([self._numbered.read_numbers(batch) for batch in batches])
        return replace(sample, mixing=Mixing(*score_mixing(order, self._numbered.labels)))

    def find_placement(self) -> None:
        """None: nothing but the pipeline runs."""

    def read_program(self) -> Program:
        """The stages as TensorFlow runs them."""
        return inspect_program(self._numbered.build_sample(), self._case.arm, self._numbered.shuffle_sizes)
