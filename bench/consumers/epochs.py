"""Feeds one epoch of a case's batches to its consumer, a fresh iterator every turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import tensorflow as tf

from bench.consumers.meter import MOST_BATCHES, Tools
from bench.consumers.registry import find_consumer
from bench.files.cold import ColdFiles
from bench.machine.clock import TurnTimer
from bench.pipelines.arms import RAW
from bench.pipelines.inspect import inspect_program, read_program
from bench.pipelines.rewrites import apply_arm
from bench.subjects.capabilities import (
    Batch,
    CountsExamples,
    ForgetsFiles,
    KnowsEnd,
    Opened,
    OpensDataset,
    find_counter,
)
from mnist_core import InputError, Placement
from reports.record.case import DEFAULT, Case
from reports.record.program import Extent, Program
from reports.record.sample import Cold, Sample

LONGEST_TURN_S = 5.0  # after the first batch: an epoch that takes longer is cut there
ENDLESS_TURN_S = 1.5  # the same where there is no end to wait for: some 20 turns fit into half a minute then
FEWEST_BATCHES = 2  # of a turn that is cut: its rate is of those after the first
USED_UP = (
    "gives nothing after its first epoch: it iterates something that is used up then, such as a generator that was made"
    " once; have it made anew for every epoch."
)
NS_PER_S = 1_000_000_000


@dataclass(frozen=True)
class Consumed:
    """What a consumer took.

    Args:
        num_examples: Examples that arrived, counted from the shapes of the batches.
        busy_ns: How long the consumer computed; None for one that only takes.
    """

    num_examples: int
    busy_ns: int | None = None


Take = Callable[[Iterator[Batch], Batch, int], Consumed]
"""Takes the first batch, which has been pulled already, and so many more from the iterator."""
Place = Callable[[Iterator[Batch]], Placement | None]
"""Says where what it does with the next batch of an iterator happens; None where there is none."""


class EpochMeter:
    """Measures a case that iterates.

    Args:
        case: What to measure.
        opened: Its subject.
        tools: What to measure with.
        take: The consumer.
        place: Says where the consumer computes; None if nothing but the pipeline runs.
        wrap_dataset: What the consumer does to a dataset before it is iterated.
        wrap_iterator: What the consumer does to an iterator.
        prepare: Makes what the consumer's first turn would have to make, such as a graph, from an iterator of a dataset
            that gives nothing; None where there is nothing to make.
    """

    def __init__(
        self,
        case: Case,
        opened: Opened,
        tools: Tools,
        take: Take,
        *,
        place: Place | None = None,
        wrap_dataset: Callable[[tf.data.Dataset], tf.data.Dataset] | None = None,
        wrap_iterator: Callable[[Iterator[Batch]], Iterator[Batch]] | None = None,
        prepare: Callable[[Iterator[Batch]], object] | None = None,
    ) -> None:
        self._case, self._opened, self._tools = case, opened, tools
        self._take, self._place = take, place
        self._wrap_dataset, self._wrap_iterator = wrap_dataset, wrap_iterator
        self._prepare = prepare
        self._num_batches = opened.num_batches
        self._middle = ((opened.num_batches or 1) - 1) // 2
        self._sets_apart, self._num_turns = False, 0
        self._files: ColdFiles | None = None
        if case.is_cold and not isinstance(opened, ForgetsFiles) and isinstance(opened, OpensDataset):
            self._files = ColdFiles(case.name, tools.clock)
        self._dataset = self._build()

    def fix_batches(self, num_batches: int) -> None:
        """Take so many batches a turn from now on, at most, and tell those after the first from it.

        Args:
            num_batches: Number that all cases take that are compared with this one.
        """
        self._num_batches = num_batches
        self._sets_apart = True

    def measure_first_turn(self) -> tuple[Sample, Extent | None]:
        """The first turn, over a pipeline that nobody has iterated, and how much every later one takes.

        Where only taking an epoch tells how long it is, it is taken to its end, or for `LONGEST_TURN_S` if it takes
        longer, `ENDLESS_TURN_S` if it has none. Its batches are taken one by one then.
        """
        if self._prepare is not None and isinstance(self._dataset, tf.data.Dataset):
            self._prepare(iter(self._dataset.take(0)))  # asks no stage for anything: buffers and caches stay empty
        if self._num_batches is not None:
            return self.measure_turn(), None
        if self._files is None:
            return self._measure_first_epoch()
        with self._files.watching():
            measured = self._measure_first_epoch()
        self._files.find(self._dataset)
        self._files.drop()  # if that does nothing, it is better told now
        return measured

    def _measure_first_epoch(self) -> tuple[Sample, Extent]:
        """The first turn, batch by batch, to its end or for its limit."""
        timer = TurnTimer(self._tools.clock, self._tools.device.wait, self._tools.pressure)
        iterator = self._iterate()
        batch = self._take_first(iterator)
        timer.mark_first_batch()
        is_endless = isinstance(self._opened, KnowsEnd) and self._opened.is_endless
        limit_s = ENDLESS_TURN_S if is_endless else LONGEST_TURN_S
        limit_ns = self._tools.clock.wall_ns() + round(limit_s * NS_PER_S)
        taken = [self._take(iterator, batch, 0)]
        last = batch
        is_cut = False
        while not is_cut and (batch := next(iterator, None)) is not None:
            is_cut = self._tools.clock.wall_ns() > limit_ns and len(taken) >= FEWEST_BATCHES
            if not is_cut:
                taken.append(self._take(iterator, batch, 0))
                last = batch
        busy_ns = [each.busy_ns for each in taken if each.busy_ns is not None]
        sample = timer.end(sum(each.num_examples for each in taken), sum(busy_ns) if busy_ns else None)
        del iterator
        self._num_turns += 1
        self._num_batches, self._middle = (len(taken) if is_cut else MOST_BATCHES), max(1, (len(taken) - 1) // 2)
        return sample, Extent(len(taken), is_cut, self._measure_example(last), is_endless and is_cut)

    def _measure_example(self, batch: Batch) -> float | None:
        """Bytes of an example of this batch; None where the subject does not count them."""
        if not isinstance(self._opened, CountsExamples):
            return None
        return self._opened.read_bytes(batch) / max(1, self._opened.count_examples(batch))

    def measure_turn(self) -> Sample:
        """The sample of one epoch; nothing is in flight before it or after it.

        The first batch is pulled on its own, so that its wait, filling the shuffle buffer, can be told apart; the
        turn's wall time includes it. What has no end is stopped after one epoch's batches.
        """
        cold = self._cool_down() if self._case.is_cold else None
        timer = TurnTimer(self._tools.clock, self._tools.device.wait, self._tools.pressure)
        iterator = self._iterate()
        first = self._take_first(iterator)
        timer.mark_first_batch()
        assert self._num_batches is not None, "the first turn is measured first"  # noqa: S101
        consumed = self._take(iterator, first, self._num_batches - 1)
        if find_consumer(self._case.consumer).queues:
            timer.mark_returned()
        sample = timer.end(consumed.num_examples, consumed.busy_ns)
        if self._files is not None and cold is not None:
            sample = replace(sample, cold=self._files.count(cold))
        del iterator  # joins its threads and frees its buffers, outside the timed window
        self._num_turns += 1
        return replace(sample, num_set_apart=find_counter(self._opened)(first)) if self._sets_apart else sample

    def find_placement(self) -> Placement | None:
        """Where batches are copied to, or the step computes; None where nothing but the pipeline runs."""
        return None if self._place is None else self._place(self._iterate())

    def read_program(self) -> Program | None:
        """The stages as TensorFlow runs them, and what AUTOTUNE chose by the middle of an epoch, which is not timed.

        None where the subject is no dataset.
        """
        if not isinstance(self._opened, OpensDataset):
            return None
        try:
            program = inspect_program(self._opened.build_sample(), self._case.arm, self._opened.shuffle_sizes)
        except StopIteration:
            raise InputError(f"{self._case.name} {USED_UP}") from None
        if self._case.arm == RAW or self._wrap_dataset:  # it has no model then, or the device's iterator has none
            return program
        iterator = iter(self._dataset)
        first = self._take_first(iterator)
        self._take(iterator, first, self._middle)
        try:
            return Program(program.chain, read_program(iterator).choices)
        except tf.errors.NotFoundError:  # the pipeline has turned AUTOTUNE off: there is nothing that it chose
            return program

    def _build(self) -> Any:
        """What is iterated: the dataset in its arm, or whatever else gives batches."""
        if not isinstance(self._opened, OpensDataset):
            if self._case.arm != DEFAULT:
                raise InputError(
                    f"{self._case.name} is no tf.data.Dataset: it has no arm but {DEFAULT}, got {self._case.arm}."
                )
            return self._opened.open()
        dataset = apply_arm(self._opened.build(), self._case.arm)
        return self._wrap_dataset(dataset) if self._wrap_dataset else dataset

    def _iterate(self) -> Iterator[Batch]:
        """A fresh iterator whose batches come as the consumer takes them."""
        iterator: Iterator[Batch] = iter(self._dataset)
        return self._wrap_iterator(iterator) if self._wrap_iterator else iterator

    def _take_first(self, iterator: Iterator[Batch]) -> Batch:
        """The first batch.

        Raises:
            InputError: There is none.
        """
        first = next(iterator, None)
        if first is None and self._num_turns:
            raise InputError(f"{self._case.name} {USED_UP}")
        if first is None:
            raise InputError(f"{self._case.name} gives no batch: its dataset is empty.")
        return first

    def _cool_down(self) -> Cold | None:
        """Forget what an earlier turn left: the dataset's own cache, and the files' pages."""
        self._dataset = self._build()
        if self._files is not None:
            return self._files.drop()
        if not isinstance(self._opened, ForgetsFiles) or not self._opened.forget_files():
            raise RuntimeError("this platform cannot drop files from the page cache: no cold reading is possible.")
        return None
