"""Reads what a pipeline gives, whatever the order: counts, types and checksums of its examples.

Two revisions are compared by it, so whatever could make two readings of one pipeline differ is taken from it first:
shuffling, caches, seeds.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from bench.consumers.meter import Tools
from bench.subjects.capabilities import CountsExamples, OpensDataset, find_counter
from bench.subjects.elements import HASH_BYTES, Piece, cut, hash_bytes, name_components, name_dtype
from bench.subjects.length import count_declared, count_elements
from bench.subjects.shrinking import shrink_buffers
from reports.gate.work import Component, Contents, Shape
from reports.record.case import Case

if TYPE_CHECKING:
    from mnist_core import Placement

FOR_GOOD = ExitStack()  # of a process that reads contents and does nothing else
NS_PER_S = 1_000_000_000
HASHES = 2 ** (8 * HASH_BYTES)
BLOCKS = 8  # numbers of a profile for an example: one for a column of a table, or for a strip of a picture
MOST_NUMBERS = 100_000  # of a component's profile; where there would be more, an example has one number
BELOW_ZERO = 0.7  # what a negative value counts, so that a sign that changes shows and nothing cancels
GOLDEN = (math.sqrt(5) - 1) / 2  # its multiples lie evenly between whole numbers, none where another does


def prepare() -> None:
    """Take from this process what makes two readings differ, before it imports a person's code."""
    FOR_GOOD.enter_context(shrink_buffers(shuffle=1, drops_caches=True))
    _seed(0)


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)  # what a person's code may draw from
    tf.random.set_seed(seed)


class ContentsReader:
    """Reads what a case's pipeline gives, from its beginning.

    Args:
        _case: What to read, of which the subject is all that matters.
        opened: Its subject.
        tools: What to measure with.
    """

    def __init__(self, _case: Case, opened: OpensDataset, tools: Tools) -> None:
        self._opened, self._clock = opened, tools.clock
        self._batched = opened.batched if isinstance(opened, CountsExamples) else True
        self._count = find_counter(opened)

    def find_placement(self) -> Placement | None:
        """Nowhere: nothing but the pipeline runs."""
        return None

    def read_contents(self, num_examples: int, *, limit_s: float, seed: int, is_deterministic: bool) -> Contents:
        """What the pipeline gives.

        Args:
            num_examples: Most examples to read.
            limit_s: Seconds after which no further element is taken.
            seed: Seed of all that the pipeline draws.
            is_deterministic: True to let TensorFlow run nothing in an order that can vary.
        """
        _seed(seed)
        if is_deterministic:
            tf.config.experimental.enable_op_determinism()
        dataset = self._opened.build(seed)
        names = name_components(dataset.element_spec)
        table = Table([Column(*each) for each in zip(names, tf.nest.flatten(dataset.element_spec), strict=True)])
        sizes: list[int] = []
        elements = iter(dataset)
        for element in self._take(elements, table, num_examples, limit_s):
            sizes.append(self._count(element))
            parts = [cut(part, sizes[-1], batched=self._batched) for part in tf.nest.flatten(element)]
            examples = zip(*parts, strict=True)
            table.add(itertools.islice(examples, num_examples - table.num_examples))
        is_whole = sum(sizes) == table.num_examples and next(elements, None) is None
        batch_size = max(sizes, default=0) if self._batched else None
        return Contents(
            len(sizes),
            table.num_examples,
            is_whole,
            batch_size,
            tuple(column.summarize() for column in table.columns),
            write_sum(table.pairing),
            table.profile_pairing(),
            count_elements(dataset),
            count_declared(dataset, batch_size),
        )

    def _take(self, elements: Iterator[Any], table: Table, num_examples: int, limit_s: float) -> Iterator[Any]:
        """Elements until there are so many examples, or so much time has passed."""
        end_ns = self._clock.wall_ns() + round(limit_s * NS_PER_S)
        while table.num_examples < num_examples and (not table.num_examples or self._clock.wall_ns() < end_ns):
            element = next(elements, None)
            if element is None:
                return
            yield element


class Table:
    """All examples, component by component, and what ties the components of an example together.

    Args:
        columns: A column for each component.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns
        self.num_examples = 0
        self.pairing = 0
        """Sum of the hashes of whole examples."""
        self._weights: list[float] = []

    def add(self, examples: Iterable[Sequence[Piece]]) -> None:
        """Take in examples, each of as many pieces as there are columns."""
        for pieces in examples:
            hashes = [column.add(piece) for column, piece in zip(self.columns, pieces, strict=True)]
            exact = (each for each, piece in zip(hashes, pieces, strict=True) if piece.floats is None)
            self.pairing += int.from_bytes(hash_bytes(b"".join(hashes)), "little")
            self._weights.append(0.5 + int.from_bytes(hash_bytes(b"".join(exact)), "little") / HASHES)
            self.num_examples += 1

    def profile_pairing(self) -> tuple[float, ...]:
        """A number of every example, sorted, that its floats decide together with all else that it has.

        It is a weight by what is no float, times the examples' share of each float component.
        """
        totals = [column.read_totals() for column in self.columns]
        shares = [
            (1 + GOLDEN) ** number * total / (total.mean() or 1.0)
            for number, total in enumerate(totals)
            if total is not None
        ]
        return tuple(np.sort(np.array(self._weights) * sum(shares)).tolist()) if shares and self._weights else ()


class Column:
    """One component of all examples.

    Args:
        name: Where it stands in an element.
        spec: TensorFlow's description of it.
    """

    def __init__(self, name: str, spec: Any) -> None:
        self._name, self._dtype = name, name_dtype(spec)
        self._shapes: dict[Shape, None] = {}
        self._sum = self._num_odd = 0
        self._blocks: list[np.ndarray] = []

    def add(self, piece: Piece) -> bytes:
        """Take in an example's piece; what comes back is its hash."""
        digest = piece.hash()
        self._shapes[piece.shape] = None
        self._sum += int.from_bytes(digest, "little")
        if piece.floats is not None:
            is_odd = ~np.isfinite(piece.floats)
            self._num_odd += int(is_odd.sum())
            self._blocks.append(_profile(np.where(is_odd, 0.0, piece.floats)))
        return digest

    def read_totals(self) -> np.ndarray | None:
        """One number of every example, in the order in which they came; None of what is no float."""
        return np.array(self._blocks).sum(axis=1) if self._blocks else None

    def summarize(self) -> Component:
        """What all examples together have of this component."""
        return Component(
            self._name, self._dtype, _join_shapes(self._shapes), write_sum(self._sum), self._sort(), self._num_odd
        )

    def _sort(self) -> tuple[tuple[float, ...], ...]:
        if not self._blocks:
            return ()
        numbers = np.array(self._blocks)
        if numbers.size > MOST_NUMBERS:
            numbers = numbers.sum(axis=1, keepdims=True)
        return tuple(tuple(column.tolist()) for column in np.sort(numbers, axis=0).T if column.any())


def _profile(values: np.ndarray) -> np.ndarray:
    """A number for each of `BLOCKS` strips of the values, which are weighted by their places; none is negative."""
    size = np.where(values < 0, -BELOW_ZERO * values, values)
    weighted = size * (0.5 + np.arange(1, len(values) + 1) * GOLDEN % 1)
    numbers = np.zeros(BLOCKS)
    if len(values) < BLOCKS:
        numbers[: len(values)] = weighted
    else:
        numbers[:] = np.add.reduceat(weighted, np.arange(BLOCKS) * len(values) // BLOCKS)
    return np.nan_to_num(numbers)


def _join_shapes(shapes: Iterable[Shape]) -> Shape | None:
    """The shape that all have in common, with None where a dimension varies; None where the rank does."""
    shapes = list(shapes)
    if len({len(each) for each in shapes}) != 1:
        return None
    return tuple(sizes[0] if len(set(sizes)) == 1 else None for sizes in zip(*shapes, strict=True))


def write_sum(total: int) -> str:
    """A sum of hashes in 16 hexadecimal digits."""
    return f"{total % HASHES:016x}"
