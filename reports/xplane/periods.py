"""Sets of time as arrays of sorted periods that do not touch, and the units of time in a trace. Pure; any unit of time.

A set is an int64 array of shape (n, 2): beginnings and ends. The end of a period is not part of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

PS_PER_NS = 1000
PS_PER_MS = 1_000_000_000
NS_PER_US = 1000
NS_PER_MS = 1_000_000

Period = tuple[int, int]
Periods = NDArray[np.int64]
Ints = NDArray[np.int64]
EMPTY: Periods = np.empty((0, 2), np.int64)


def merge(periods: Iterable[Period] | NDArray[Any]) -> Periods:
    """The same time without overlaps, in order; empty and backward periods are left out.

    Args:
        periods: Array of shape (n, 2), or pairs.
    """
    given = periods if isinstance(periods, np.ndarray) else np.array(list(periods), np.int64).reshape(-1, 2)
    given = given[given[:, 0] < given[:, 1]]
    if not len(given):
        return EMPTY
    given = given[np.argsort(given[:, 0], kind="stable")]
    reached = np.maximum.accumulate(given[:, 1])
    opens = np.flatnonzero(np.concatenate(([True], given[1:, 0] > reached[:-1])))
    return np.stack((given[opens, 0], reached[np.concatenate((opens[1:] - 1, [len(given) - 1]))]), axis=1)


def unite(*sets: Periods) -> Periods:
    """The time that is in at least one of the sets."""
    return merge(np.concatenate(sets)) if sets else EMPTY


def intersect(left: Periods, right: Periods) -> Periods:
    """The time that is in both sets, each of which must be merged."""
    if not len(left) or not len(right):
        return EMPTY
    first = np.searchsorted(right[:, 1], left[:, 0], side="right")
    counts = np.maximum(np.searchsorted(right[:, 0], left[:, 1], side="left") - first, 0)
    of_left = np.repeat(np.arange(len(left)), counts)
    of_right = np.repeat(first, counts) + np.arange(len(of_left)) - np.repeat(np.cumsum(counts) - counts, counts)
    starts = np.maximum(left[of_left, 0], right[of_right, 0])
    return np.stack((starts, np.minimum(left[of_left, 1], right[of_right, 1])), axis=1)


def subtract(whole: Periods, part: Periods) -> Periods:
    """The time of `whole` that is not in `part`. Both must be merged."""
    if not len(whole) or not len(part):
        return whole
    edges = np.concatenate(([whole[0, 0]], part.ravel(), [whole[-1, 1]])).reshape(-1, 2)
    return intersect(whole, edges[edges[:, 0] < edges[:, 1]])


def add_up(periods: Periods) -> int:
    """How long merged periods are together."""
    return int((periods[:, 1] - periods[:, 0]).sum())


def measure_within(periods: Periods, windows: NDArray[np.int64]) -> Ints:
    """How much of a set lies in each window.

    Args:
        periods: A merged set.
        windows: Array of shape (n, 2), in any order; windows may overlap.

    Returns:
        int64 array of shape (n,).
    """
    return _measure_until(periods, windows[:, 1]) - _measure_until(periods, windows[:, 0])


def _measure_until(periods: Periods, instants: Ints) -> Ints:
    """How much of a set lies before each instant."""
    if not len(periods):
        return np.zeros(len(instants), np.int64)
    before = np.concatenate(([0], np.cumsum(periods[:, 1] - periods[:, 0])))
    place = np.searchsorted(periods[:, 0], instants, side="right")
    last = np.maximum(place - 1, 0)
    over = np.where(place > 0, np.maximum(periods[last, 1] - instants, 0), 0)
    return np.asarray(before[place] - over, np.int64)
