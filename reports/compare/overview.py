"""What the changes of one metric have in common: a ratio that all cases share is not the doing of one of them."""

from __future__ import annotations

import statistics
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.compare.pairing import Change, Trend
from reports.stats.median import Estimate, estimate_median
from reports.summary.identity import Identity
from reports.summary.metric import TIME

FEWEST_MANY = 8  # cases, from which on the middle of the others is one to go by
FEWEST_ALIKE = 4  # cases that say something of all
ALIKE = 1.1  # by so much, or down by it, three quarters of the cases changed in the same direction


@dataclass(frozen=True)
class Overview:
    """All cases of one metric together.

    Args:
        counts: How many cases there are of each trend.
        least: The smallest of their ratios.
        middle: The median of their ratios; its interval is that of order statistics over the cases.
        most: The largest of their ratios.
        is_alike: True if the times of most cases changed in one direction: rather the machine's doing than the code's.
    """

    counts: Mapping[Trend, int]
    least: float
    middle: Estimate
    most: float
    is_alike: bool

    @property
    def num_cases(self) -> int:
        """How many cases there are."""
        return sum(self.counts.values())


def summarize_changes(changes: Sequence[Change]) -> Overview:
    """The overview of the changes of one metric, of which there must be at least one."""
    ratios = [change.ratio.median for change in changes]
    counts = Counter(change.trend for change in changes)
    is_alike = changes[0].metric.name == TIME.name and _are_alike(ratios)
    return Overview(counts, min(ratios), estimate_median(ratios), max(ratios), is_alike)


def _are_alike(ratios: Sequence[float]) -> bool:
    if len(ratios) < FEWEST_ALIKE:
        return False
    low, _, high = statistics.quantiles(ratios, method="inclusive")
    return low > ALIKE or high < 1 / ALIKE


def are_many(changes: Sequence[Change]) -> bool:
    """True for changes of one time that are judged together."""
    return len(changes) >= FEWEST_MANY and changes[0].metric.is_timed and not changes[0].metric.more_is_better


def find_middles(changes: Sequence[Change]) -> dict[Identity, float]:
    """By case of many of one time, the median of the ratios of all others; empty for few."""
    if not are_many(changes):
        return {}
    ordered = sorted(change.ratio.median for change in changes)
    return {change.case: _find_middle_of_others(ordered, change.ratio.median) for change in changes}


def _find_middle_of_others(ordered: Sequence[float], own: float) -> float:
    """The median of the ratios without one that is equal to this."""
    place, left = bisect_left(ordered, own), len(ordered) - 1
    low, high = (number + (place <= number) for number in ((left - 1) // 2, left // 2))
    return (ordered[low] + ordered[high]) / 2
