"""What the elements of a dataset are, in few words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tensorflow as tf


def write_spec(spec: Any) -> str:
    """Such as ``(float32[64,64,3], int64)``; ``?`` is a size that differs or is not known.

    Args:
        spec: A dataset's ``element_spec``, or a part of it.
    """
    if isinstance(spec, Mapping):
        return f"{{{', '.join(f'{name}: {write_spec(part)}' for name, part in spec.items())}}}"
    if isinstance(spec, tuple | list):
        return f"({', '.join(map(write_spec, spec))})"
    if isinstance(spec, tf.TensorSpec):
        return f"{spec.dtype.name}{_write_shape(spec.shape)}"
    if isinstance(spec, tf.RaggedTensorSpec):
        return f"ragged {spec.dtype.name}{_write_shape(spec.shape)}"
    if isinstance(spec, tf.SparseTensorSpec):
        return f"sparse {spec.dtype.name}{_write_shape(spec.shape)}"
    if isinstance(spec, tf.data.DatasetSpec):
        return f"dataset of {write_spec(spec.element_spec)}"
    return type(spec).__name__.removesuffix("Spec").lower()


def _write_shape(shape: Any) -> str:
    if shape.rank is None:
        return "[...]"
    sizes = ["?" if size is None else str(size) for size in shape]
    return f"[{','.join(sizes)}]" if sizes else ""
