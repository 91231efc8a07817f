"""Batches that are copied to a device: each as it is taken, or ahead of that."""

from __future__ import annotations

from collections.abc import Iterator

import tensorflow as tf

Batch = tuple[tf.Tensor, tf.Tensor]


class CopyingIterator(Iterator[Batch]):
    """Copies each batch to a device as it is taken.

    Args:
        batches: of the pipeline, which runs on the CPU.
        device: as TensorFlow calls it, such as ``GPU:0``.
    """

    def __init__(self, batches: Iterator[Batch], device: str) -> None:
        self._batches, self._device = batches, device

    def __next__(self) -> Batch:
        """The next batch, on the device; the copy may still be under way."""
        images, labels = next(self._batches)
        with tf.device(self._device):
            return tf.identity(images), tf.identity(labels)


def copy_ahead(dataset: tf.data.Dataset, device: str) -> tf.data.Dataset:
    """The dataset with its batches copied to `device` before they are asked for, as many as TensorFlow chooses."""
    return dataset.apply(tf.data.experimental.prefetch_to_device(device))
