"""What a pipeline gives at a time, whatever its structure: how many examples and bytes, and the examples one by one."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

HASH_BYTES = 8  # of an example
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
    if name.startswith(MAKING) and _makes_batches(dataset):
        return True
    components = tf.nest.flatten(dataset.element_spec)
    shapes = [getattr(each, "shape", tf.TensorShape(None)) for each in components]
    return bool(shapes) and all(shape.rank and shape[0] is None for shape in shapes)


def _makes_batches(dataset: tf.data.Dataset) -> bool:
    """True if the datasets that its function makes hold several examples an element, of whatever size."""
    function = getattr(getattr(dataset, "_map_func", None), "function", None)
    return function is not None and _is_batch(function.graph, function.graph.outputs[0].op)


def _is_batch(graph: Any, stage: Any) -> bool:
    """True if a stage of a function's graph gives batches; those of a dataset that it was given are windows."""
    if "Unbatch" in stage.type:
        return False
    if any(word in stage.type for word in BATCHING):
        return not _is_given(stage)
    if any(word.strip("_") in stage.type for word in MAKING):
        inner = graph._get_function(stage.get_attr("f").name).graph  # there is no other way to it
        return _is_batch(inner, inner.outputs[0].op)
    return any(_is_batch(graph, each) for each in _list_inputs(stage))


def _is_given(stage: Any) -> bool:
    """True if a stage of a function's graph comes from a dataset that the function was given."""
    return stage.type == "Placeholder" or any(_is_given(each) for each in _list_inputs(stage))


def _list_inputs(stage: Any) -> list[Any]:
    return [each.op for each in stage.inputs if each.dtype == tf.variant]


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


@dataclass(frozen=True)
class Piece:
    """What an example has of one component.

    Args:
        shape: Its shape; None for a dimension that varies inside of it.
        content: Its bytes.
        floats: Its values as float64, flat; None for other types.
    """

    shape: tuple[int | None, ...]
    content: bytes
    floats: np.ndarray | None = None

    def hash(self) -> bytes:
        """Eight bytes that no other shape and content have, as far as anybody will see."""
        return hash_bytes(repr(self.shape).encode() + self.content)


def hash_bytes(content: bytes) -> bytes:
    """Eight bytes that stand for a content of any length."""
    return hashlib.blake2b(content, digest_size=HASH_BYTES).digest()


def name_components(spec: Any) -> list[str]:
    """Where each component of an element stands, such as "0", "image", "1.mask"; in `tf.nest.flatten`'s order."""
    names = _name(spec, ())
    components = tf.nest.flatten(spec)
    return names if len(names) == len(components) else [str(number) for number in range(len(components))]


def _name(spec: Any, place: tuple[str, ...]) -> list[str]:
    if isinstance(spec, Mapping):
        held = [(str(key), spec[key]) for key in sorted(spec)]
    elif isinstance(spec, tuple) and hasattr(spec, "_fields"):
        held = list(zip(spec._fields, spec, strict=True))
    elif isinstance(spec, tuple | list):
        held = [(str(number), each) for number, each in enumerate(spec)]
    else:
        return [".".join(place)]
    return [name for key, each in held for name in _name(each, (*place, key))]


def name_dtype(spec: Any) -> str:
    """TensorFlow's name of a component's type; of what is no tensor, the name of its kind."""
    dtype = getattr(spec, "dtype", None)
    return tf.as_dtype(dtype).name if dtype is not None else type(spec).__name__.removesuffix("Spec").lower()


def cut(component: Any, num_examples: int, *, batched: bool, padded: bool = False) -> Sequence[Piece]:
    """A component's pieces, one for each example of the element.

    Args:
        component: Any tensor, ragged or sparse ones and datasets too.
        num_examples: Number of examples in the element.
        batched: True if its first dimension counts them; else the element is an example.
        padded: True to leave out what comes from the largest example of a batch: zeros and empty texts at the ends of
            each dimension, and the shape of sparse ones.
    """
    if isinstance(component, tf.RaggedTensor):
        rows = component if batched else [component]
        return [_describe_ragged(row) for row in rows]
    if isinstance(component, tf.SparseTensor):
        return _cut_sparse(component, num_examples, padded=padded) if batched else [_describe_sparse(component)]
    if isinstance(component, tf.data.Dataset):
        return [_describe_dataset(component)] * num_examples
    values = component.numpy() if isinstance(component, tf.Tensor) else component
    array = np.asarray(values)
    if batched and array.ndim and len(array) == num_examples:
        return [_describe(_strip(np.asarray(each)) if padded else np.asarray(each)) for each in array]
    return [_describe(array)] * num_examples


def _strip(array: np.ndarray) -> np.ndarray:
    """The array without what is empty at the far end of each dimension."""
    if not array.ndim:
        return array
    return array[tuple(slice(0, int(places.max(initial=-1)) + 1) for places in np.nonzero(array.astype(bool)))]


def _describe(array: np.ndarray) -> Piece:
    if array.dtype == object or array.dtype.kind in "SU":
        texts = [each if isinstance(each, bytes) else str(each).encode() for each in array.ravel().tolist()]
        return Piece(array.shape, b"".join(len(each).to_bytes(8, "little") + each for each in texts))
    return Piece(array.shape, array.tobytes(), _read_floats(array))


def _read_floats(array: np.ndarray) -> np.ndarray | None:
    if array.dtype.kind == "c":
        flat = array.ravel()
        return np.concatenate([flat.real, flat.imag]).astype(np.float64)
    if array.dtype.kind == "f" or array.dtype.name == "bfloat16":
        return array.ravel().astype(np.float64)
    return None


def _describe_ragged(row: Any) -> Piece:
    if not isinstance(row, tf.RaggedTensor):
        return _describe(row.numpy())
    lengths = b"".join(each.numpy().tobytes() for each in row.nested_row_splits)
    values = _describe(row.flat_values.numpy())
    shape = (row.shape[0], *(None,) * row.ragged_rank, *values.shape[1:])
    return Piece(shape, lengths + values.content, values.floats)


def _describe_sparse(tensor: Any) -> Piece:
    return _join_sparse(tuple(tensor.dense_shape.numpy().tolist()), tensor.indices.numpy(), tensor.values.numpy())


def _cut_sparse(tensor: Any, num_examples: int, *, padded: bool) -> list[Piece]:
    ordered = tf.sparse.reorder(tensor)
    indices, values = ordered.indices.numpy(), ordered.values.numpy()
    largest = ordered.dense_shape.numpy()[1:].tolist()
    shape = (None,) * len(largest) if padded else tuple(largest)
    ends = np.searchsorted(indices[:, 0], np.arange(num_examples + 1))
    return [_join_sparse(shape, indices[begin:end, 1:], values[begin:end]) for begin, end in itertools.pairwise(ends)]


def _join_sparse(shape: tuple[int | None, ...], indices: np.ndarray, values: np.ndarray) -> Piece:
    held = _describe(values)
    return Piece(shape, indices.tobytes() + held.content, held.floats)


def _describe_dataset(dataset: tf.data.Dataset) -> Piece:
    """A window of elements, in their order."""
    pieces = [cut(part, 1, batched=False)[0] for each in dataset for part in tf.nest.flatten(each)]
    return Piece((None,), b"".join(piece.hash() for piece in pieces))
