"""Bytes of an element after each stage: from the shapes where they tell, else from some elements that are looked at."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence, Set
from typing import Any, TypeVar

import tensorflow as tf

from bench.pipelines.chain import Stage
from bench.subjects.elements import count_bytes
from bench.subjects.failures import tell_reason
from reports.record.description import ElementBytes, Loss

MOST_SAMPLED = 30  # elements
SAMPLING_S = 1.0  # most seconds of a stage, once it has given its first element
FIRST_LIMIT_S = 10.0  # most seconds to the first element, which may have to fill buffers
KEEPING = frozenset(
    (
        *("shuffle", "prefetch", "cache", "repeat", "take", "skip", "shard", "filter", "take_while", "with_options"),
        *("snapshot", "ignore_errors", "unique", "assert_cardinality", "apply_options", "assert_next", "save"),
    )
)
"""Stages that give their elements as they are."""
LOOPING = ("interleave", "flat_map")  # what they give is what the datasets inside give
BATCH, FILTER, PADDED = "batch", "filter", "padded_batch"
MOST_LOOKED_AT = 256  # elements, for what is lost of them

Seen = TypeVar("Seen")


class Sampler:
    """Finds the bytes of elements, each once.

    Args:
        stages: The stages, with small buffers.
        untouched: Places of the stages that must not be iterated.
    """

    def __init__(self, stages: Sequence[Stage], untouched: Set[int]) -> None:
        self._stages, self._untouched = stages, untouched
        self.notes: list[str] = []
        self._found: list[ElementBytes | None] = []

    def find_all(self) -> list[ElementBytes | None]:
        """The bytes of an element of every stage; None where nothing tells them."""
        for stage in self._stages:
            self._found.append(self._find(stage))
        for stage in reversed(self._stages):  # into functions, where nothing can run
            self._hand_inward(stage)
        return self._found

    def find_losses(self) -> list[Loss | None]:
        """What filters drop and padded batches waste, of some elements; None for other stages."""
        return [self._find_loss(stage) for stage in self._stages]

    def _find_loss(self, stage: Stage) -> Loss | None:
        if stage.name not in {FILTER, PADDED} or not stage.can_run or stage.number in self._untouched:
            return None
        before = self._stages[stage.inputs[0]].dataset
        if stage.name == FILTER:
            kept, _ = sample(before.map(stage.dataset._predicate._func), bool, MOST_LOOKED_AT)
            return Loss(1 - sum(kept) / len(kept), len(kept)) if kept else None
        return _find_padding(before, stage.dataset)

    def _find(self, stage: Stage) -> ElementBytes | None:
        known = count_known_bytes(stage.dataset.element_spec)
        if known is not None:
            return ElementBytes(known, 0)
        if stage.name in KEEPING:
            return self._found[stage.inputs[0]]
        if stage.name == BATCH:
            return self._find_of_batch(stage)
        return self._sample(stage)

    def _find_of_batch(self, stage: Stage) -> ElementBytes | None:
        """The bytes of a full batch, if its examples have all the same or are known at all."""
        inside, size = self._found[stage.inputs[0]], tf.get_static_value(stage.dataset._batch_size)
        if inside is None or size is None:
            return None
        count = stage.dataset.cardinality() if self._stages[stage.inputs[0]].can_run else tf.data.UNKNOWN_CARDINALITY
        if count == 1:
            size = min(int(size), max(0, int(self._stages[stage.inputs[0]].dataset.cardinality())))
        return ElementBytes(inside.mean * int(size), inside.num_sampled)

    def _sample(self, stage: Stage) -> ElementBytes | None:
        if not stage.can_run or _holds_datasets(stage.dataset.element_spec):
            return None
        if stage.number in self._untouched:
            self.notes.append(f"{stage.name}: not sampled, since a stage before it writes files")
            return None
        sampled, problem = sample_bytes(stage.dataset)
        if problem:
            self.notes.append(f"{stage.name}: {problem}")
        return ElementBytes(sum(sampled) / len(sampled), len(sampled)) if sampled else None

    def _hand_inward(self, stage: Stage) -> None:
        """Let what is known of a stage be known of those that give the same elements to it."""
        same = stage.inputs[:1] if stage.name in KEEPING else stage.inner if stage.name in LOOPING else ()
        for place in same:
            if self._found[place] is None:
                self._found[place] = self._found[stage.number]


def count_known_bytes(spec: Any) -> int | None:
    """Bytes of an element of which every shape is known; None where one is not, or a component is text."""
    total = 0
    for part in tf.nest.flatten(spec):
        fixed = isinstance(part, tf.TensorSpec) and part.shape.is_fully_defined()
        if not fixed or part.dtype in {tf.string, tf.variant, tf.resource}:
            return None
        total += part.shape.num_elements() * part.dtype.size
    return total


def sample_bytes(dataset: tf.data.Dataset) -> tuple[list[int], str]:
    """The bytes of some elements, and in words what went wrong."""
    return sample(dataset, count_bytes, MOST_SAMPLED)


def sample(dataset: tf.data.Dataset, look: Callable[[Any], Seen], most: int) -> tuple[list[Seen], str]:
    """What is seen of some elements, and in words what went wrong; the dataset runs in a thread that is left behind.

    Args:
        dataset: The dataset.
        look: Looks at an element.
        most: Number of elements that are enough.
    """
    sampled: list[Seen] = []
    problems: list[str] = []
    first, last, enough = threading.Event(), threading.Event(), threading.Event()

    def take() -> None:
        try:
            for element in dataset.take(most):
                sampled.append(look(element))
                first.set()
                if enough.is_set():
                    break
        except Exception as error:  # noqa: BLE001  # whatever it is, there is nothing to count
            problems.append(f"element {len(sampled)} counted from 0 fails: {tell_reason(error)}")
        finally:
            first.set()
            last.set()

    threading.Thread(target=take, daemon=True).start()
    if not first.wait(FIRST_LIMIT_S):
        problems.append(f"no element came within {FIRST_LIMIT_S:g} s, so its bytes are not known")
    last.wait(SAMPLING_S if sampled else 0)
    enough.set()
    return list(sampled), "; ".join(problems[:1])


def _find_padding(before: tf.data.Dataset, padded: Any) -> Loss | None:
    """The share of the bytes of whole batches that is padding."""
    size = tf.get_static_value(padded._batch_size)
    if size is None or size < 1:
        return None
    shapes, _ = sample(before, _list_shapes, max(MOST_LOOKED_AT, 2 * int(size)))
    whole = len(shapes) - len(shapes) % int(size) or len(shapes)
    given = wasted = 0
    parts = [each for each in tf.nest.flatten(padded.element_spec) if isinstance(each, tf.TensorSpec)]
    for begin in range(0, whole, int(size)):
        for part, lengths in zip(parts, zip(*shapes[begin : begin + int(size)], strict=True), strict=False):
            asked = part.shape[1:].as_list() if part.shape.rank else []
            full = [
                max(each) if to is None else to for to, each in zip(asked, zip(*lengths, strict=True), strict=False)
            ]
            bytes_each = math.prod(full) * (part.dtype.size or 1)
            given += bytes_each * len(lengths)
            wasted += sum(bytes_each - math.prod(each) * (part.dtype.size or 1) for each in lengths)
    return Loss(wasted / given, whole) if given else None


def _list_shapes(element: Any) -> list[tuple[int, ...]]:
    return [tuple(each.shape) for each in tf.nest.flatten(element)]


def _holds_datasets(spec: Any) -> bool:
    return any(isinstance(part, tf.data.DatasetSpec) for part in tf.nest.flatten(spec))
