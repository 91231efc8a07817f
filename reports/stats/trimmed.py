"""The mean of the middle of some values."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def trim_mean(values: Sequence[float], share: float) -> float:
    """The mean without the smallest and the largest values.

    Args:
        values: At least one value, in any order.
        share: How much is cut off at each end, as a share of all values, below 0.5; a part of a value is kept.

    Source: Wilcox, Introduction to Robust Estimation and Hypothesis Testing, section 3.1.2; the same as
    ``scipy.stats.trim_mean``, which takes longer to import than everything else that a gate's table needs.
    """
    count = int(share * len(values))
    return statistics.fmean(sorted(values)[count : len(values) - count])
