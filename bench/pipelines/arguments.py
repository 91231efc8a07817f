"""What a stage is called in tf.data's own words, what it was given, whether it is seeded; the options of a dataset."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from bench.subjects.origins import find_call
from reports.record.description import AUTO, Argument, Value

NAMES = {
    "TensorSlice": "from_tensor_slices",
    "Tensor": "from_tensors",
    "SparseTensorSlice": "from_sparse_tensor_slices",
    "DirectedInterleave": "sample_from_datasets",
    "DenseToRaggedBatch": "ragged_batch",
    "DenseToSparseBatch": "sparse_batch",
    "Options": "with_options",
    "Variant": "dataset",
    "SaveDataset": "save",
    "Load": "load",
}
"""Where tf.data's own name of a stage is not the one of its class."""

ARGUMENTS = (
    *("buffer_size", "batch_size", "count", "num_shards", "index", "size", "shift", "stride", "start", "stop", "step"),
    *("cycle_length", "block_length", "num_parallel_calls", "num_parallel_reads", "deterministic", "drop_remainder"),
    *("reshuffle_each_iteration", "rerandomize", "filename", "path", "compression_type", "padded_shapes"),
    *("pad_to_cardinality", "mask_key", "row_shape", "stop_on_empty_dataset", "force_synchronous", "synchronous"),
)
AUTOTUNED = (
    "buffer_size",
    "num_parallel_calls",
    "num_parallel_reads",
    "cycle_length",
)  # where -1 leaves it to AUTOTUNE
DEFAULT_SEED = 87654321  # TensorFlow's own, which stands before the seed of a stage where there is no global one
NO_SEED = (0, 0)
LONGEST = 60  # characters of a value


def find_name(dataset: Any) -> str:
    """What tf.data calls a stage, such as "shuffle"; a reader of files keeps the name of its class."""
    kind = find_kind(dataset)
    if kind.endswith("Dataset"):
        return kind
    if kind == "DirectedInterleave":
        call = find_call(dataset)
        return call if call.endswith("_from_datasets") else NAMES[kind]
    if kind in NAMES:
        return NAMES[kind]
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.removeprefix("Parallel")).lower()


def find_kind(dataset: Any) -> str:
    """The name of a stage's class, without what all of them share; readers of files keep it whole."""
    kind = re.sub(r"V\d$", "", type(dataset).__name__)
    return kind if is_reader(dataset) else kind.strip("_").removesuffix("Dataset")


def is_reader(dataset: Any) -> bool:
    """True for a dataset that reads files by itself, such as `tf.data.TFRecordDataset`."""
    name = type(dataset).__name__
    return re.search(r"(TFRecord|TextLine|FixedLengthRecord|Csv)Dataset", name) is not None


def find_arguments(dataset: Any, asked: Mapping[str, Any]) -> tuple[Argument, ...]:
    """What a stage was given, by tf.data's own names.

    Args:
        dataset: The stage.
        asked: Arguments that the program gave and that the stage was built without.
    """
    found = []
    for name in ARGUMENTS:
        if hasattr(dataset, f"_{name}"):
            value = read_value(asked[name] if name in asked else getattr(dataset, f"_{name}"))
            found.append(Argument(name, AUTO if name in AUTOTUNED and value == -1 else value))
    seed = _find_seed(dataset)
    return (*found, Argument("seed", seed)) if seed is not None else tuple(found)


def find_is_seeded(dataset: Any) -> bool | None:
    """Whether a stage that draws random numbers has a seed; None for one that draws none."""
    seeds = _read_seeds(dataset)
    return None if seeds is None else seeds != NO_SEED


def find_set_options(dataset: tf.data.Dataset) -> tuple[Argument, ...]:
    """The options that are set, by their dotted names such as ``threading.private_threadpool_size``."""
    usual = set(_list_options(tf.data.Dataset.range(0).options(), ""))
    return tuple(Argument(*each) for each in sorted(set(_list_options(dataset.options(), "")) - usual))


def read_value(value: Any) -> Value:
    """A value as JSON can hold it, a structure as text; None where only the running pipeline knows it."""
    value = _read_static(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    text = str(value).replace("'", "")
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 2]}.."


def _read_static(value: Any) -> Any:
    """A value or structure without tensors."""
    if isinstance(value, tuple | list):
        return type(value)(map(_read_static, value)) if type(value) in {tuple, list} else str(value)
    if isinstance(value, dict):
        return {name: _read_static(each) for name, each in value.items()}
    if isinstance(value, tf.Tensor):
        value = tf.get_static_value(value)
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _find_seed(dataset: Any) -> int | None:
    """The seed as the person wrote it; None where there is none, or it comes from `tf.random.set_seed`."""
    seeds = _read_seeds(dataset)
    return seeds[1] if seeds is not None and seeds[0] == DEFAULT_SEED else None


def _read_seeds(dataset: Any) -> tuple[int, int] | None:
    if not hasattr(dataset, "_seed") or not hasattr(dataset, "_seed2"):
        return None
    first, second = read_value(dataset._seed), read_value(dataset._seed2)
    return (int(first or 0), int(second or 0)) if not isinstance(first, str) and not isinstance(second, str) else None


def _list_options(options: Any, scope: str) -> Iterator[tuple[str, Value]]:
    for name, value in options._options.items():
        if hasattr(value, "_options"):
            yield from _list_options(value, f"{scope}{name}.")
        elif value is not None:
            yield f"{scope}{name}", read_value(getattr(value, "name", value))
