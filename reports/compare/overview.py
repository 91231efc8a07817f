"""What the changes of one metric have in common: a ratio that all cases share is not the doing of one of them."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.compare.pairing import Change, Trend
from reports.summary.metric import TIME

FEWEST_ALIKE = 4  # cases that say something of all
ALIKE = 1.1  # by so much, or down by it, three quarters of the cases changed in the same direction


@dataclass(frozen=True)
class Overview:
    """All cases of one metric together.

    Args:
        counts: How many cases there are of each trend.
        least: The smallest of their ratios.
        middle: The median of their ratios.
        most: The largest of their ratios.
        is_alike: True if the times of most cases changed in one direction: rather the machine's doing than the code's.
    """

    counts: Mapping[Trend, int]
    least: float
    middle: float
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
    return Overview(counts, min(ratios), statistics.median(ratios), max(ratios), is_alike)


def _are_alike(ratios: Sequence[float]) -> bool:
    if len(ratios) < FEWEST_ALIKE:
        return False
    low, _, high = statistics.quantiles(ratios, method="inclusive")
    return low > ALIKE or high < 1 / ALIKE
