"""Reads how well a pipeline mixes its examples, whatever they are: each is known again by its hash.

The places from which they come are those of the same pipeline without shuffling: with buffers of one element.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from bench.consumers.meter import Tools
from bench.subjects.capabilities import CountsExamples, KnowsEnd, OpensDataset, find_counter
from bench.subjects.elements import cut, hash_bytes
from bench.subjects.shrinking import shrink_buffers
from mnist_core import InputError
from reports.record.case import Case
from reports.record.sample import Mixing, MixingReading
from reports.stats.mixing import score_mixing

MOST_EXAMPLES = 60_000  # of a pass
PASS_S = 4.0  # after its first batch
PASSES_S = 10.0  # for all passes that are shuffled, once there is one
MOST_PASSES = 6
NUM_LABELS = 10  # of data that comes sorted by label, as which the examples count
LEAST_FOUND, ENOUGH = 0.5, 50  # share of the examples of a pass, and number, of which either has to be known again
LEAST_APART = 0.5  # share of an epoch's examples that differ from each other
NANOSECONDS = 1_000_000_000  # in a second
DIFFERENT = "its examples differ each time that it is made"
SAME = "most of its examples are equal to others"
FEW = "it gives a single example"

Places = Mapping[bytes, Sequence[int]]
"""Where an example of this hash stands without shuffling; several places where equal ones do."""


class MixingReader:
    """Reads how well a pipeline shuffles.

    Args:
        case: What to read.
        opened: Its subject.
        tools: What to measure with.
    """

    def __init__(self, case: Case, opened: OpensDataset, tools: Tools) -> None:
        self._case, self._opened, self._clock = case, opened, tools.clock
        self._batched = opened.batched if isinstance(opened, CountsExamples) else True
        self._count = find_counter(opened)

    def find_placement(self) -> None:
        """None: nothing but the pipeline runs."""

    def read_mixing(self) -> MixingReading:
        """The scores of some passes, or why there is none.

        Raises:
            InputError: The pipeline gives nothing.
        """
        with shrink_buffers(shuffle=1, drops_caches=True):
            whole = self._opened.build(0)
        unmoved, is_whole = self._hash(whole, MOST_EXAMPLES)
        if not unmoved:
            raise InputError(f"{self._case.name} gives no batch: its dataset is empty.")
        if len(unmoved) == 1:
            return MixingReading((), 1, is_whole=is_whole, why=FEW)
        if isinstance(self._opened, KnowsEnd) and self._opened.is_endless and (period := find_period(unmoved)):
            unmoved, is_whole = unmoved[:period], True
        places = defaultdict(list)
        for place, digest in enumerate(unmoved):
            places[digest].append(place)
        if len(places) < LEAST_APART * len(unmoved):
            return MixingReading((), len(unmoved), is_whole=is_whole, why=SAME)
        passes: list[Mixing] = []
        num_known = len(unmoved)
        limit_ns = self._clock.wall_ns() + round(PASSES_S * NANOSECONDS)
        while len(passes) < MOST_PASSES:
            if passes and self._clock.wall_ns() > limit_ns:
                break
            order, num_examples, has_all = self._read_order(places, len(unmoved), seed=1 + len(passes))
            if len(order) < max(2, min(ENOUGH, LEAST_FOUND * num_examples)):
                return MixingReading((), num_examples, is_whole=is_whole, why=DIFFERENT)
            passes.append(Mixing(*_score(order)))
            num_known, is_whole = min(num_known, len(order)), is_whole and has_all
        return MixingReading(tuple(passes), num_known, is_whole=is_whole)

    def _read_order(self, places: Places, most: int, seed: int) -> tuple[list[int], int, bool]:
        """The places of a pass's examples, as far as they are known again; how many came, and whether those are all."""
        with shrink_buffers(drops_caches=True):
            dataset = self._opened.build(seed)
        digests, _ = self._hash(dataset, most)
        used: Counter[bytes] = Counter()
        order = []
        for digest in digests:
            if used[digest] < len(places.get(digest, ())):
                order.append(places[digest][used[digest]])
                used[digest] += 1
        return order, len(digests), len(digests) == most

    def _hash(self, dataset: Any, num_examples: int) -> tuple[list[bytes], bool]:
        """A hash of each example in turn, of so many or as many as there is time for, and whether those are all."""
        limit_ns, left, digests = None, num_examples, list[bytes]()
        padded = [self._batched and _is_padded(each) for each in tf.nest.flatten(dataset.element_spec)]
        for element in dataset:
            limit_ns = limit_ns or self._clock.wall_ns() + round(PASS_S * NANOSECONDS)
            size = self._count(element)
            parts = [
                cut(part, size, batched=self._batched, padded=is_padded)
                for part, is_padded in zip(tf.nest.flatten(element), padded, strict=True)
            ]
            for pieces in list(zip(*parts, strict=True))[:left]:
                digests.append(hash_bytes(b"".join(piece.hash() for piece in pieces)))
            left -= size
            if left <= 0 or self._clock.wall_ns() > limit_ns:
                return digests, False
        return digests, True


def find_period(digests: Sequence[bytes]) -> int | None:
    """After how many examples what has no end begins again; None if it was not seen to."""
    for period in range(1, len(digests) + 1 - max(1, min(ENOUGH, len(digests) // 2))):
        if digests[period] == digests[0] and digests[period:] == digests[:-period]:
            return period
    num_apart = len(set(digests))  # where an epoch has none twice, and the next one has them in another order
    return num_apart if len(set(digests[:num_apart])) == num_apart < len(digests) else None


def _is_padded(spec: Any) -> bool:
    """True if the examples of a batch may have been made equally long: a dimension of theirs is not known."""
    if isinstance(spec, tf.SparseTensorSpec):
        return True
    shape = spec.shape if isinstance(spec, tf.TensorSpec) else tf.TensorShape(None)
    return shape.rank is not None and any(each is None for each in shape.as_list()[1:])


def _score(order: Sequence[int]) -> tuple[float, float]:
    """The scores of the examples by their ranks: those that were not seen have no place among them."""
    ranks = np.argsort(np.argsort(np.asarray(order, np.int64)))
    labels = (np.arange(len(order)) * NUM_LABELS // len(order)).astype(np.uint8)
    return score_mixing(ranks, labels)
