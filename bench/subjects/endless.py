"""Whether a dataset ever ends, by its stages: TensorFlow itself often says that it does not know."""

from __future__ import annotations

import tensorflow as tf

ENDING, REPEATING, JOINING = "TakeDataset", "RepeatDataset", "ZipDataset"  # what the names of stages hold
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


def _read_count(dataset: tf.data.Dataset) -> int:
    """How often a stage repeats its input; -1 without end, 0 where nothing tells."""
    count = getattr(dataset, "_count", None)
    value = None if count is None else tf.get_static_value(count)
    return 0 if value is None else int(value)
