"""Sets of time, as sorted intervals that do not touch. Pure; any unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Interval = tuple[int, int]  # start and end; the end is not part of it


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time without overlaps, in order; empty and backward intervals are left out."""
    merged: list[Interval] = []
    for start, end in sorted(interval for interval in intervals if interval[0] < interval[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def intersect(left: Sequence[Interval], right: Sequence[Interval]) -> list[Interval]:
    """The time that is in both; each must be merged."""
    shared: list[Interval] = []
    at_left = at_right = 0
    while at_left < len(left) and at_right < len(right):
        start = max(left[at_left][0], right[at_right][0])
        end = min(left[at_left][1], right[at_right][1])
        if start < end:
            shared.append((start, end))
        if left[at_left][1] < right[at_right][1]:
            at_left += 1
        else:
            at_right += 1
    return shared


def subtract(whole: Sequence[Interval], part: Sequence[Interval]) -> list[Interval]:
    """The time of `whole` that is not in `part`; each must be merged."""
    if not whole:
        return []
    first, last = whole[0][0], whole[-1][1]
    edges = [first, *(edge for interval in part for edge in interval), last]
    gaps = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]
    return intersect(whole, gaps)


def measure(intervals: Iterable[Interval]) -> int:
    """How long merged intervals are together."""
    return sum(end - start for start, end in intervals)
