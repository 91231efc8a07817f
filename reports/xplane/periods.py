"""Sets of time, as sorted periods that do not touch, and the units of time in a trace. Pure; sets have any unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

PS_PER_NS = 1000
PS_PER_MS = 1_000_000_000
NS_PER_US = 1000
NS_PER_MS = 1_000_000

Period = tuple[int, int]  # start and end; the end is not part of it


def merge(periods: Iterable[Period]) -> list[Period]:
    """The same time without overlaps, in order; empty and backward periods are left out."""
    merged: list[Period] = []
    for start, end in sorted(period for period in periods if period[0] < period[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def intersect(left: Sequence[Period], right: Sequence[Period]) -> list[Period]:
    """The time that is in both sets, each of which must be merged."""
    shared: list[Period] = []
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


def subtract(whole: Sequence[Period], part: Sequence[Period]) -> list[Period]:
    """The time of `whole` that is not in `part`. Both must be merged."""
    if not whole:
        return []
    first, last = whole[0][0], whole[-1][1]
    edges = [first, *(edge for period in part for edge in period), last]
    gaps = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]
    return intersect(whole, gaps)


def add_up(periods: Iterable[Period]) -> int:
    """How long merged periods are together."""
    return sum(end - start for start, end in periods)
