"""The slope of a series, and its interval, which a few readings that jump do not move."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence

from reports.stats.median import CONFIDENCE, Estimate


def estimate_slope(values: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """The median slope between any two values of a series whose places are one apart, with its interval.

    Of six values and more the interval is known at 95 %; of fewer there is only the slope.

    Args:
        values: The series, at least two values, in order.
        confidence: How often an interval made so covers the true slope: between 0 and 1.

    Raises:
        ValueError: There are fewer than two values.

    Source: P. K. Sen, Estimates of the regression coefficient based on Kendall's tau, JASA 63 (1968), section 4; the
    same interval as ``scipy.stats.theilslopes`` without ties, but for rounding to the wider one.
    """
    number = len(values)
    if number < 2:  # noqa: PLR2004  # one has no slope
        raise ValueError("a slope needs at least two values.")
    pairs = itertools.combinations(enumerate(values), 2)
    slopes = sorted((later - earlier) / (place - before) for (before, earlier), (place, later) in pairs)
    deviation = math.sqrt(number * (number - 1) * (2 * number + 5) / 18)
    width = statistics.NormalDist().inv_cdf((1 + confidence) / 2) * deviation
    rank = math.floor((len(slopes) - width) / 2)
    low, high = (slopes[rank - 1], slopes[-rank]) if rank > 0 else (None, None)
    return Estimate(statistics.median(slopes), low, high, number)
