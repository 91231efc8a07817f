"""Runs a pipeline and its rewrite, and compares what they give: example by example, then an epoch in any order.

A proof may be wrong. With buffers of one element a shuffle leaves the order as it is, so both must give the same
sequence; with the buffers as they are, both must give the same examples in an epoch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from bench.machine.clock import Clock
from bench.subjects.elements import Piece, count_examples, cut, is_batched
from bench.subjects.shrinking import shrink_buffers

MOST_EXAMPLES = 10_000
LIMIT_S = 1.5  # of a pass
NS_PER_S = 1_000_000_000
Pieces = list[Any]
Make = Callable[[], Any]


@dataclass(frozen=True)
class Pass:
    """What a pipeline gave.

    Args:
        spec: TensorFlow's description of an element.
        examples: The pieces of each example.
        sizes: Number of examples of each element.
        is_whole: True if it came to its end.
    """

    spec: Any
    examples: list[tuple[Piece, ...]]
    sizes: list[int]
    is_whole: bool


def take_pass(make: Make, clock: Clock, *, is_shuffled: bool, seed: int = 0) -> Pass:
    """What a pipeline gives from its beginning, as far as the limits go.

    Args:
        make: Makes the dataset.
        clock: Tells when to stop.
        is_shuffled: False to make every shuffle with a buffer of one element.
        seed: Seed of what it draws.
    """
    tf.random.set_seed(seed)
    with shrink_buffers(shuffle=None if is_shuffled else 1):
        dataset = make()
    batched, examples, sizes = is_batched(dataset), [], []
    elements: Iterator[Any] = iter(dataset)
    end_ns = clock.wall_ns() + round(LIMIT_S * NS_PER_S)
    for element in elements:
        sizes.append(count_examples(element, batched=batched))
        parts = [cut(part, sizes[-1], batched=batched) for part in tf.nest.flatten(element)]
        examples += list(zip(*parts, strict=True))
        if len(examples) >= MOST_EXAMPLES or clock.wall_ns() > end_ns:
            return Pass(dataset.element_spec, examples, sizes, next(elements, None) is None)
    return Pass(dataset.element_spec, examples, sizes, is_whole=True)


def find_difference(before: Pass, after: Pass, *, tolerance: float = 0.0, is_ordered: bool = True) -> str:
    """What differs between two passes; empty where nothing does.

    Args:
        before: What the pipeline gave as it is.
        after: What its rewrite gave.
        tolerance: By which share floats may differ.
        is_ordered: False to compare two whole epochs whatever their order.
    """
    if not _is_kept(before.spec, after.spec):
        return f"its elements are {after.spec} instead of {before.spec}"
    first, second = before.examples, after.examples
    if not is_ordered:
        first, second = sorted(first, key=_sort), sorted(second, key=_sort)
    if not _have_same_sizes(before, after):
        return f"it gives {len(second)} examples instead of {len(first)}, or batches of other sizes"
    for number in range(min(len(first), len(second))):
        if not _is_same(first[number], second[number], tolerance):
            return f"example {number} counted from 0 is another one"
    return ""


def _have_same_sizes(before: Pass, after: Pass) -> bool:
    """True if the batches are of the same sizes, and as many, as far as both passes went."""
    count = min(len(before.sizes), len(after.sizes))
    longer = (before.is_whole and len(after.sizes) > count) or (after.is_whole and len(before.sizes) > count)
    return before.sizes[:count] == after.sizes[:count] and not longer


def _is_kept(before: Any, after: Any) -> bool:
    """True if whatever takes elements of the first kind takes those of the second."""
    try:
        tf.nest.assert_same_structure(before, after)
    except (TypeError, ValueError):
        return False
    pairs = zip(tf.nest.flatten(before), tf.nest.flatten(after), strict=True)
    return all(other == one or other.is_subtype_of(one) for one, other in pairs)


def _sort(example: tuple[Piece, ...]) -> tuple[bytes, ...]:
    return tuple(each.hash() for each in example)


def _is_same(one: tuple[Piece, ...], other: tuple[Piece, ...], tolerance: float) -> bool:
    return all(_is_same_piece(*each, tolerance) for each in zip(one, other, strict=True))


def _is_same_piece(one: Piece, other: Piece, tolerance: float) -> bool:
    if one.shape != other.shape:
        return False
    if one.content == other.content:
        return True
    if one.floats is None or other.floats is None or not tolerance:
        return False
    return bool(np.allclose(one.floats, other.floats, rtol=tolerance, atol=tolerance * 1e-3, equal_nan=True))


def compare(
    before: Make, after: Make, known: dict[bool, Pass], clock: Clock, tolerance: float, *, shuffles: bool
) -> str:
    """What differs between a pipeline and its rewrite, by running both; empty where nothing does.

    Args:
        before: Makes the pipeline as it is.
        after: Makes the rewrite.
        known: What the pipeline as it is gave, kept from earlier comparisons, by whether it was shuffled.
        clock: Tells when to stop.
        tolerance: By which share floats may differ.
        shuffles: False to leave out the comparison of whole epochs, where chance decides which examples they have.
    """
    for is_shuffled in (False, True):
        if is_shuffled and (not shuffles or not known[False].is_whole or not math.isclose(tolerance, 0.0)):
            continue
        if is_shuffled not in known:
            known[is_shuffled] = take_pass(before, clock, is_shuffled=is_shuffled)
        other = take_pass(after, clock, is_shuffled=is_shuffled)
        if is_shuffled and not (known[True].is_whole and other.is_whole):
            continue
        difference = find_difference(known[is_shuffled], other, tolerance=tolerance, is_ordered=not is_shuffled)
        if difference:
            return difference
    return ""
