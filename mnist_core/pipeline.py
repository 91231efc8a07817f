"""The tf.data pipeline that a spec describes: one small function a stage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from mnist_core.digits import NUM_CLASSES
from mnist_core.ordering import AUTO, Batch, Cache, Map, Prefetch, Range, Repeat, Shuffle, Stage
from mnist_core.spec import PipelineSpec

MAX_PIXEL = 255.0

Prepare = Callable[..., tuple[tf.Tensor, tf.Tensor]]


def build_dataset(spec: PipelineSpec, images: np.ndarray, labels: np.ndarray) -> tf.data.Dataset:
    """The dataset of (images, labels) batches that `spec` describes, on the CPU whatever other devices there are.

    Args:
        spec: the stages and what they prepare.
        images: uint8 of shape (num_examples, 28, 28).
        labels: uint8 of shape (num_examples,), 0 to 9.

    Returns:
        Batches of images, float32 in [0, 1] or, normalised in the model, uint8, of shape (batch, 28, 28), and labels,
        float32 (batch, 10) one-hot or int64 (batch,) sparse. Without a ``map`` both are the uint8 of the source.

    Raises:
        InputError: the ordering would give no batch.
    """
    spec.ordering.num_batches(len(images))
    with tf.device("CPU:0"):  # tensorflow/tensorflow#71744: the source would otherwise be copied to the GPU
        return _build(spec, images, labels)


def _build(spec: PipelineSpec, images: np.ndarray, labels: np.ndarray) -> tf.data.Dataset:
    prepare = _build_prepare(spec)
    if spec.ordering.starts_from_indices:
        dataset = tf.data.Dataset.range(len(images))
        prepare = _build_gather(prepare, images, labels)
    else:
        dataset = tf.data.Dataset.from_tensor_slices((images, labels))
    for stage in spec.ordering.stages:
        dataset = _apply(stage, dataset, spec.seed, prepare)
    return dataset


def _build_prepare(spec: PipelineSpec) -> Prepare:
    """The map function; it works on one example and, vectorised, on a batch."""

    def prepare(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        if spec.normalize == "pipeline":
            images = tf.cast(images, tf.float32) / MAX_PIXEL
        onehot = spec.labels == "onehot"
        return images, tf.one_hot(labels, NUM_CLASSES) if onehot else tf.cast(labels, tf.int64)

    return prepare


def _build_gather(prepare: Prepare, images: np.ndarray, labels: np.ndarray) -> Prepare:
    all_images, all_labels = tf.constant(images), tf.constant(labels)

    def gather(indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return prepare(tf.gather(all_images, indices), tf.gather(all_labels, indices))

    return gather


def _tuned(value: int | str | None) -> Any:
    """The value as tf.data takes it."""
    return tf.data.AUTOTUNE if value == AUTO else value


def _apply(stage: Stage, dataset: tf.data.Dataset, seed: int, prepare: Prepare) -> tf.data.Dataset:
    match stage:
        case Range():
            return dataset  # the source itself
        case Cache():
            return dataset.cache()
        case Shuffle():
            return _shuffle(stage, dataset, seed)
        case Map():
            return dataset.map(prepare, num_parallel_calls=_tuned(stage.parallel), deterministic=stage.deterministic)
        case Batch():
            return _batch(stage, dataset)
        case Prefetch():
            return dataset.prefetch(_tuned(stage.buffer_size))
        case Repeat():
            return dataset.repeat(stage.count)


def _shuffle(stage: Shuffle, dataset: tf.data.Dataset, seed: int) -> tf.data.Dataset:
    own_seed = seed if stage.seed is None else stage.seed
    return dataset.shuffle(stage.buffer_size, own_seed, stage.reshuffle_each_iteration)


def _batch(stage: Batch, dataset: tf.data.Dataset) -> tf.data.Dataset:
    return dataset.batch(
        stage.batch_size,
        drop_remainder=stage.drop_remainder,
        num_parallel_calls=_tuned(stage.parallel),
        deterministic=stage.deterministic,
    )
