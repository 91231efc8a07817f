"""The map functions: from what a source gives to what the model takes, in the graph, with NumPy or in Python."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from mnist_core.language.shapes import NUM_CLASSES, SIDE
from mnist_core.language.spec import PipelineSpec

MAX_PIXEL = 255.0
RECORD = {"image": tf.io.FixedLenFeature([], tf.string), "label": tf.io.FixedLenFeature([], tf.int64)}

Pair = tuple[tf.Tensor, tf.Tensor]
Prepare = Callable[[tf.Tensor, tf.Tensor], Pair]
Decode = Callable[..., Pair]


def build_decode(spec: PipelineSpec) -> Decode:
    """The map function of a pipeline; it works on one example and, vectorised, on a batch."""
    prepare = BUILDERS[spec.function](spec)
    if spec.source == "png":
        return lambda path, label: prepare(_read_png(path), label)
    if spec.source == "tfrecord":
        return lambda serialized: prepare(*_parse_record(serialized))
    return prepare


def scale_pixels(images: np.ndarray) -> np.ndarray:
    """The images as float32 from 0 to 1.

    Example:
        >>> images = scale_pixels(load_digits().test_images)
        >>> float(images.max()) <= 1
        True
    """
    return images.astype(np.float32) / np.float32(MAX_PIXEL)


def build_gather(spec: PipelineSpec, images: np.ndarray, labels: np.ndarray) -> Decode:
    """The map function that gathers the examples which indices name."""
    prepare = _build_in_graph(spec)
    all_images, all_labels = tf.constant(images), tf.constant(labels)
    return lambda indices: prepare(tf.gather(all_images, indices), tf.gather(all_labels, indices))


def _build_in_graph(spec: PipelineSpec) -> Prepare:
    scales = spec.normalize == "pipeline" and spec.source != "floats"

    def prepare(images: tf.Tensor, labels: tf.Tensor) -> Pair:
        if scales:
            images = tf.cast(images, tf.float32) / MAX_PIXEL
        return images, tf.one_hot(labels, NUM_CLASSES) if spec.labels == "onehot" else tf.cast(labels, tf.int64)

    return prepare


def _build_in_numpy(spec: PipelineSpec) -> Prepare:
    scales = spec.normalize == "pipeline" and spec.source != "floats"
    classes = np.eye(NUM_CLASSES, dtype=np.float32)

    def prepare(images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if scales:
            images = scale_pixels(images)
        return images, classes[labels] if spec.labels == "onehot" else np.asarray(labels, np.int64)

    return _call_python(tf.numpy_function, prepare, spec)


def _build_in_python(spec: PipelineSpec) -> Prepare:
    return _call_python(tf.py_function, _build_in_graph(spec), spec)


def _call_python(call: Callable[..., Pair], function: Callable[..., object], spec: PipelineSpec) -> Prepare:
    """`function` called back by TensorFlow, one call at a time, with the shapes that get lost on the way."""

    def prepare(images: tf.Tensor, labels: tf.Tensor) -> Pair:
        image_type = images.dtype if spec.normalize == "model" else tf.float32
        label_type = tf.float32 if spec.labels == "onehot" else tf.int64
        found_images, found_labels = call(function, [images, labels], [image_type, label_type])
        found_images.set_shape(images.shape)
        found_labels.set_shape([*labels.shape, NUM_CLASSES] if spec.labels == "onehot" else labels.shape)
        return found_images, found_labels

    return prepare


def _read_png(path: tf.Tensor) -> tf.Tensor:
    """The picture in a file, uint8 of shape (28, 28)."""
    return tf.ensure_shape(tf.io.decode_png(tf.io.read_file(path), channels=1), (SIDE, SIDE, 1))[..., 0]


def _parse_record(serialized: tf.Tensor) -> Pair:
    """The picture and the label of a serialised ``tf.train.Example``, or of a batch of them."""
    if serialized.shape.rank == 0:
        example = tf.io.parse_single_example(serialized, RECORD)
    else:
        example = tf.io.parse_example(serialized, RECORD)
    pixels = tf.io.decode_raw(example["image"], tf.uint8)
    return tf.reshape(pixels, (*[-1] * serialized.shape.rank, SIDE, SIDE)), example["label"]


BUILDERS: dict[str, Callable[[PipelineSpec], Prepare]] = {
    "graph": _build_in_graph,
    "numpy": _build_in_numpy,
    "python": _build_in_python,
}
