"""Feeds one epoch of a case's pipeline to its consumer, a fresh iterator every turn."""

from __future__ import annotations

from collections.abc import Iterator

import tensorflow as tf

from bench.consumers.batches import Consumer, build_consumer
from bench.consumers.copy import Batch, CopyingIterator, copy_ahead
from bench.consumers.device import ComputeDevice, open_device
from bench.consumers.registry import find_consumer
from bench.machine.clock import Clock, MachineClock, ReadPressure, TurnTimer
from bench.machine.pressure import read_pressure
from bench.pipelines.arms import RAW
from bench.pipelines.inspect import inspect_program, read_program
from bench.pipelines.rewrites import apply_arm
from bench.subjects.orderings import parse_subject
from mnist_core import Digits, Say, say_nothing
from mnist_core.devices.placement import Placement, find_placement, find_tensor_placement
from mnist_core.files.page_cache import drop_from_page_cache
from mnist_core.pipeline.build import build_dataset
from mnist_core.pipeline.sources import load_source
from reports.record.case import Case
from reports.record.program import Program
from reports.record.sample import Sample


class EpochMeter:
    """Measures a case that iterates: drained, in a Python loop, feeding a step, or copied to a device.

    Args:
        case: what to measure.
        digits: the data; the training set, or its beginning, is used.
        clock: read three times a turn, and by consumers that compute around each step.
        pressure: what the machine and the scheduler did, read before and after a turn.
        say: is given a line when files are written for the source.
        device: that the consumer computes on, or that batches are copied to; the case's own if not given.
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
        self._case, self._clock, self._pressure = case, clock or MachineClock(), pressure
        self._device = device or open_device(case.device)
        self._spec = parse_subject(case.subject)
        images, self._labels = digits.train_images[: case.num_examples], digits.train_labels[: case.num_examples]
        self._examples = load_source(self._spec, images, self._labels, say=say)
        self._dataset = self._build()
        self._num_batches = self._spec.ordering.num_batches(len(images))
        self._consume: Consumer = build_consumer(case, self._clock, self._device)

    def measure_turn(self) -> Sample:
        """The sample of one epoch; nothing is in flight before it or after it.

        The first batch is pulled on its own, so that its wait, filling the shuffle buffer, can be told apart; the
        turn's wall time includes it. An endless ordering is stopped after one epoch's batches.
        """
        if self._case.is_cold:
            self._cool_down()
        timer = TurnTimer(self._clock, self._device.wait, self._pressure)
        iterator = self._open()
        first = next(iterator)
        timer.mark_first_batch()
        consumed = self._consume(iterator, first, self._num_batches - 1)
        if find_consumer(self._case.consumer).queues:
            timer.mark_returned()
        sample = timer.end(consumed.num_examples, consumed.busy_ns)
        del iterator  # joins its threads and frees its buffers, outside the timed window
        return sample

    def find_placement(self) -> Placement | None:
        """Where batches are copied to, or the step computes; None where nothing but the pipeline runs."""
        if self._case.consumer in ("copy", "copy_ahead"):
            return find_tensor_placement(next(self._open())[0], "copy")
        if self._case.consumer in ("step", "train"):
            first = next(self._open())
            return find_placement(lambda: self._consume(iter(()), first, 0))
        return None

    def read_program(self) -> Program:
        """The stages as TensorFlow runs them, and what AUTOTUNE chose by the middle of an epoch, which is not timed."""
        program = inspect_program(self._case, self._examples)
        if (
            self._case.arm == RAW or self._case.consumer == "copy_ahead"
        ):  # its iterator is the device's, without a model
            return program
        iterator = iter(self._dataset)
        first = next(iterator)
        self._consume(iterator, first, (self._num_batches - 1) // 2)
        return Program(program.chain, read_program(iterator).choices)

    def _build(self) -> tf.data.Dataset:
        dataset = apply_arm(build_dataset(self._spec, self._examples, self._labels), self._case.arm)
        return copy_ahead(dataset, self._device.name) if self._case.consumer == "copy_ahead" else dataset

    def _open(self) -> Iterator[Batch]:
        """An iterator whose batches come as the consumer takes them: on the CPU, or copied to the device."""
        if self._case.consumer == "copy":
            return CopyingIterator(iter(self._dataset), self._device.name)
        return iter(self._dataset)

    def _cool_down(self) -> None:
        """Forget what an earlier turn left: the dataset's own cache, and the files' pages."""
        self._dataset = self._build()
        if self._spec.starts_from_files and not drop_from_page_cache(self._examples):
            raise RuntimeError("this platform cannot drop files from the page cache: no cold reading is possible.")
