"""How long a dataset is, by its stages: whether it ever ends, and how many examples it says that it has.

TensorFlow itself often says that it does not know, and counts elements.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

ENDING, REPEATING, JOINING = "TakeDataset", "RepeatDataset", "ZipDataset"  # what the names of stages hold
BATCHING = ("_BatchDataset", "_ParallelBatchDataset", "_PaddedBatchDataset")
KEEPING = ("_Map", "_ParallelMap", "_Prefetch", "_Options", "_Shuffle", "Cache", "_AssertCardinality")
"""How the names of stages begin that give as many elements as they take."""
CHOOSING = "DirectedInterleave"  # whose first input says which of the others comes next


def is_endless(dataset: tf.data.Dataset) -> bool:
    """True if a dataset surely never ends: its cardinality is infinite, or a stage repeats without a count.

    What a stage does to that is known of ``take``, ``zip``, ``choose_from_datasets`` and ``sample_from_datasets``; any
    other keeps an end away that an input does not have.
    """
    cardinality = int(dataset.cardinality())
    if cardinality != tf.data.UNKNOWN_CARDINALITY:
        return cardinality == int(tf.data.INFINITE_CARDINALITY)
    name = type(dataset).__name__
    inputs = dataset._inputs()  # there is no other way to the stages
    if ENDING in name or "TakeWhile" in name:
        return False
    if REPEATING in name and _read_count(dataset) < 0:
        return True
    ends = [is_endless(each) for each in inputs]
    if CHOOSING in name:
        stops_early = bool(getattr(dataset, "_stop_on_empty_dataset", False))
        return ends[0] and (all(ends[1:]) if stops_early else any(ends[1:]))
    return bool(ends) and (all(ends) if JOINING in name else any(ends))


def count_elements(dataset: tf.data.Dataset) -> int | None:
    """Its number of elements; None where that is unknown or infinite. Nothing is read."""
    cardinality = int(dataset.cardinality())
    return cardinality if cardinality >= 0 else None


def count_declared(dataset: tf.data.Dataset, batch_size: int | None) -> int | None:
    """Its number of examples; None where that is unknown or infinite, or its stages do not tell. Nothing is read.

    Args:
        dataset: The dataset.
        batch_size: Number of examples in a full element, as it was seen; None where every element is an example.
    """
    num_elements = count_elements(dataset)
    if batch_size is None or num_elements is None:
        return num_elements
    name, inputs = type(dataset).__name__, dataset._inputs()  # there is no other way to the stages
    if name in BATCHING:
        return _count_batched(dataset, inputs[0], batch_size)
    if REPEATING in name:
        once, num_examples = count_elements(inputs[0]), count_declared(inputs[0], batch_size)
        return num_examples * (num_elements // once) if once and num_examples is not None else None
    return count_declared(inputs[0], batch_size) if name.startswith(KEEPING) else None


def _read_count(dataset: tf.data.Dataset) -> int:
    """How often a stage repeats its input; -1 without end, 0 where nothing tells."""
    count = getattr(dataset, "_count", None)
    value = None if count is None else tf.get_static_value(count)
    return 0 if value is None else int(value)


def _count_batched(stage: Any, taken: tf.data.Dataset, batch_size: int) -> int | None:
    """How many examples are in the batches of a stage; None if those that were seen are of another size."""
    size, drops = (tf.get_static_value(each) for each in (stage._batch_size, stage._drop_remainder))
    num_examples = count_elements(taken)
    if num_examples is None or size is None or drops is None or min(int(size), num_examples) != batch_size:
        return None
    return num_examples // int(size) * int(size) if drops else num_examples
