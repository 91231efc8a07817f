"""What each stage will hold when it holds most: buffers, caches, and arrays that a pipeline begins with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from bench.pipelines.arguments import is_reader
from bench.pipelines.building import writes_files
from bench.pipelines.bytes import KEEPING
from bench.pipelines.chain import Stage
from reports.record.description import AUTO, Argument, ElementBytes, Holding, Value

READ_AHEAD_BYTES = 256 * 1024  # of each open file. Source: tensorflow/python/data/ops/readers.py


def find_holding(
    stage: Stage,
    stages: Sequence[Stage],
    arguments: Sequence[Argument],
    element_bytes: Sequence[ElementBytes | None],
    num_elements: Sequence[int | None],
) -> Holding | None:
    """What a stage will hold; None for one that holds at most an element at a time.

    Args:
        stage: The stage.
        stages: All stages, place by place; the other sequences have as many entries.
        arguments: What the stage was given.
        element_bytes: Bytes of an element that each stage gives.
        num_elements: Number of elements of each stage.
    """
    given = {each.name: each.value for each in arguments}
    before = stage.inputs[0] if stage.inputs else stage.number
    each_before, each_after = _read_mean(element_bytes[before]), _read_mean(element_bytes[stage.number])
    match stage.name:
        case "shuffle":
            size = _limit(_count(given["buffer_size"]), num_elements[before])
            return Holding(size, each_before, is_cached=_is_cached(stages[before], stages))
        case "prefetch":
            return Holding(_count(given["buffer_size"]), each_before, is_cached=_is_cached(stages[before], stages))
        case "cache":
            return Holding(num_elements[before], each_before, is_on_disk=bool(given.get("filename")))
        case "window":
            return Holding(_count(given["size"]), each_before)
        case "group_by_window":
            return Holding(None, each_before)
        case "interleave":
            return _find_of_interleave(stage, stages, given, each_after, num_elements[before])
        case "from_tensor_slices" | "from_tensors":
            arrays = _count_array_bytes(stage.dataset)
            return Holding(0, None, arrays) if arrays else None
    calls = given.get("num_parallel_calls")
    return None if calls is None else Holding(_count(calls), each_after)


def _is_cached(stage: Stage, stages: Sequence[Stage]) -> bool:
    """True if the elements of a stage are those that a cache in memory holds: buffers behind it only refer to them."""
    while stage.name in KEEPING and stage.name != "cache":
        stage = stages[stage.inputs[0]]
    return stage.name == "cache" and not writes_files(stage.dataset)


def _find_of_interleave(
    stage: Stage, stages: Sequence[Stage], given: dict[str, Value], each: float | None, num_inputs: int | None
) -> Holding | None:
    """The blocks of all inputs that are open at a time, if they are read in parallel, and what is read ahead."""
    cycle = _limit(_count(given["cycle_length"]), num_inputs)
    read_ahead = READ_AHEAD_BYTES if any(is_reader(one.dataset) for one in _list_inner(stage, stages)) else 0
    further = read_ahead * (cycle or 0)
    if "num_parallel_calls" not in given:
        return Holding(0, None, further) if further else None
    block = _count(given["block_length"])
    return Holding(None if cycle is None or block is None else cycle * block, each, further)


def _list_inner(stage: Stage, stages: Sequence[Stage]) -> list[Stage]:
    """All stages of the datasets that a stage's functions make."""
    found: list[Stage] = []
    left = list(stage.inner)
    while left:
        one = stages[left.pop()]
        found.append(one)
        left += one.inputs
    return found


def _count_array_bytes(dataset: Any) -> int:
    total = 0
    for tensor in getattr(dataset, "_tensors", ()):
        if not hasattr(tensor, "numpy") or tensor.dtype in {tf.variant, tf.resource}:
            continue
        values = np.asarray(tensor.numpy())
        total += sum(map(len, values.ravel())) if values.dtype == object else values.nbytes
    return total


def _read_mean(found: ElementBytes | None) -> float | None:
    return None if found is None else found.mean


def _count(value: Value) -> int | None:
    return None if value is None or value == AUTO or not isinstance(value, int) else int(value)


def _limit(count: int | None, most: int | None) -> int | None:
    """The count, or less where there is not as much."""
    return count if count is None or most is None else min(count, most)
