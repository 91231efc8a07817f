"""Copies batches to a device: each one as it is taken, or before it is asked for."""

from __future__ import annotations

from collections.abc import Iterator

import tensorflow as tf

from bench.consumers.drain import build_taker
from bench.consumers.epochs import EpochMeter
from bench.consumers.meter import Tools
from bench.subjects.capabilities import Batch, Opened, find_counter, find_first
from mnist_core import Placement, find_tensor_placement
from reports.record.case import Case


def build_copy(case: Case, opened: Opened, tools: Tools) -> EpochMeter:
    """The meter of a case whose batches are copied one by one."""

    def wrap(batches: Iterator[Batch]) -> Iterator[Batch]:
        return CopyingIterator(batches, tools.device.name)

    return EpochMeter(case, opened, tools, build_taker(find_counter(opened)), place=place_copy, wrap_iterator=wrap)


def build_copy_ahead(case: Case, opened: Opened, tools: Tools) -> EpochMeter:
    """The meter of a case whose batches are copied ahead."""

    def wrap(dataset: tf.data.Dataset) -> tf.data.Dataset:
        return copy_ahead(dataset, tools.device.name)

    return EpochMeter(case, opened, tools, build_taker(find_counter(opened)), place=place_copy, wrap_dataset=wrap)


def copy_ahead(dataset: tf.data.Dataset, device: str) -> tf.data.Dataset:
    """The dataset with its batches copied to `device` before they are asked for, as many as TensorFlow chooses."""
    return dataset.apply(tf.data.experimental.prefetch_to_device(device))


def place_copy(iterator: Iterator[Batch]) -> Placement:
    """Where the next batch has been copied to."""
    return find_tensor_placement(find_first(next(iterator)), "copy")


class CopyingIterator(Iterator[Batch]):
    """Copies each batch to a device as it is taken.

    Args:
        batches: Batches of the pipeline, which runs on the CPU.
        device: The device as TensorFlow calls it, such as ``GPU:0``.
    """

    def __init__(self, batches: Iterator[Batch], device: str) -> None:
        self._batches, self._device = batches, device

    def __next__(self) -> Batch:
        """The next batch, on the device; the copy may still be under way."""
        batch = next(self._batches)
        with tf.device(self._device):
            return tf.nest.map_structure(tf.identity, batch)
