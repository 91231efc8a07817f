"""What a pipeline gives at a time: how many examples and how many bytes, whatever its structure."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

BATCHING = ("Batch", "Rebatch", "GroupByWindow")  # what the names of stages hold that put examples together
MAKING = ("_FlatMap", "_Interleave", "_ParallelInterleave")  # how those begin whose elements a function's dataset gives


def is_batched(dataset: tf.data.Dataset) -> bool:
    """True if an element holds several examples, by the stages that lead to it or else by its shape."""
    name = type(dataset).__name__
    if "Unbatch" in name:
        return False
    if any(word in name for word in BATCHING):
        return True
    inputs = dataset._inputs()  # there is no other way to the stages
    if inputs and not name.startswith(MAKING):
        return any(is_batched(each) for each in inputs)
    components = tf.nest.flatten(dataset.element_spec)
    shapes = [getattr(each, "shape", tf.TensorShape(None)) for each in components]
    return bool(shapes) and all(shape.rank and shape[0] is None for shape in shapes)


def count_examples(element: Any, *, batched: bool) -> Any:
    """How many examples an element holds: an int, or inside a graph a tensor, int64 of shape ().

    Args:
        element: Tensors in any structure; ragged and sparse ones too.
        batched: True if its first dimension counts examples; else an element is an example.
    """
    components = [each for each in tf.nest.flatten(element) if _is_listed(each)]
    if not batched or not components:
        return 1
    first = components[0]
    if isinstance(first, tf.RaggedTensor):
        count = first.nrows(tf.int64)
    elif isinstance(first, tf.SparseTensor):
        count = first.dense_shape[0]
    elif not isinstance(first, tf.Tensor):
        return len(first)
    else:
        count = tf.shape(first, tf.int64)[0]
    return int(count) if tf.executing_eagerly() else count


def _is_listed(component: Any) -> bool:
    """True if it has a first dimension: a number beside a batch, such as that of a step, counts nothing."""
    if isinstance(component, tf.Tensor):
        return bool(component.shape.rank != 0)
    if isinstance(component, np.ndarray):
        return component.ndim > 0
    return isinstance(component, tf.RaggedTensor | tf.SparseTensor)


def count_bytes(element: Any) -> int:
    """The bytes of an element's values; of strings their characters, of ragged and sparse ones their parts."""
    total = 0
    for part in tf.nest.flatten(element, expand_composites=True):
        values = part.numpy() if isinstance(part, tf.Tensor) and part.dtype != tf.variant else part
        if isinstance(values, bytes):
            total += len(values)
        elif isinstance(values, np.ndarray) and values.dtype == object:
            total += sum(len(each) for each in values.ravel())
        elif isinstance(values, np.ndarray | np.generic):
            total += values.nbytes
    return total
