"""The tf.data pipeline that a spec describes: one small function a stage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from mnist_core.language.spec import PipelineSpec
from mnist_core.language.stage import AUTO, Batch, Cache, Map, Prefetch, Range, Repeat, Shuffle, Stage
from mnist_core.pipeline.decode import Decode, build_decode, build_gather


def build_dataset(spec: PipelineSpec, examples: np.ndarray, labels: np.ndarray) -> tf.data.Dataset:
    """The dataset of (images, labels) batches that `spec` describes, on the CPU whatever other devices there are.

    Args:
        spec: Stages of the pipeline and what they prepare.
        examples: Elements of the spec's source, from `load_source`; for "arrays" the images themselves, uint8 of shape
            (num_examples, 28, 28).
        labels: Labels of the examples, uint8 of shape (num_examples,), 0 to 9.

    Returns:
        Batches of images, float32 in [0, 1] or, normalised in the model, uint8, of shape (batch, 28, 28), and labels,
        float32 (batch, 10) one-hot or int64 (batch,) sparse. Without a ``map`` both are the uint8 of the source.

    Raises:
        InputError: The ordering would give no batch.

    Example:
        >>> spec, digits = PipelineSpec(find_ordering("batch_before_map")), load_digits()
        >>> dataset = build_dataset(spec, digits.train_images, digits.train_labels)
        >>> images, labels = next(iter(dataset))
        >>> images.shape, labels.shape
        (TensorShape([32, 28, 28]), TensorShape([32, 10]))
    """
    spec.ordering.num_batches(len(labels))
    with tf.device("CPU:0"):  # tensorflow/tensorflow#71744: the source would otherwise be copied to the GPU
        decode = _build_map(spec, examples, labels)
        dataset = _build_source(spec, examples, labels)
        for stage in spec.ordering.stages:
            dataset = _apply(stage, dataset, spec.seed, decode)
    return dataset


def _build_map(spec: PipelineSpec, examples: np.ndarray, labels: np.ndarray) -> Decode:
    return build_gather(spec, examples, labels) if spec.ordering.starts_from_indices else build_decode(spec)


def _build_source(spec: PipelineSpec, examples: np.ndarray, labels: np.ndarray) -> tf.data.Dataset:
    """The elements before the first stage: single examples, indices, paths with labels, or serialised records."""
    if spec.ordering.starts_from_indices:
        return tf.data.Dataset.range(len(labels))
    if spec.source == "tfrecord":
        return tf.data.TFRecordDataset(list(examples))
    if spec.source == "generator":
        return _build_generator(examples, labels)
    return tf.data.Dataset.from_tensor_slices((examples, labels))


def _build_generator(images: np.ndarray, labels: np.ndarray) -> tf.data.Dataset:
    def generate() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        yield from zip(images, labels, strict=True)

    signature = (tf.TensorSpec(images.shape[1:], images.dtype), tf.TensorSpec((), labels.dtype))
    return tf.data.Dataset.from_generator(generate, output_signature=signature)


def _tuned(value: int | str | None) -> Any:
    """The value as tf.data takes it."""
    return tf.data.AUTOTUNE if value == AUTO else value


def _apply(stage: Stage, dataset: tf.data.Dataset, seed: int, decode: Decode) -> tf.data.Dataset:
    match stage:
        case Range():
            return dataset  # the source itself
        case Cache():
            return dataset.cache()
        case Shuffle():
            return _shuffle(stage, dataset, seed)
        case Map():
            return dataset.map(decode, num_parallel_calls=_tuned(stage.parallel), deterministic=stage.deterministic)
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
