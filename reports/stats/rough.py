"""What is left to say of values that are gone: rough intervals from the statistics that were stored of them."""

from __future__ import annotations

import math
from statistics import NormalDist

from reports.stats.median import CONFIDENCE, Estimate
from reports.stats.unpaired import FEWEST_VALUES, MOST_BLOCKS

NOTCH = 1.57  # of the distance of the quartiles, over the root of how many values there were


def estimate_stored_median(
    median: float, count: int, spread: float, least: float = 0.0, most: float = math.inf
) -> Estimate:
    """The median and a rough interval, for values of which only statistics are known.

    Args:
        median: Median of the values.
        count: How many values there were; below `FEWEST_VALUES` there is no interval.
        spread: Distance of their quartiles, or of any two values that lie further apart.
        least: Smallest value, which the interval does not go below.
        most: Largest value, likewise.

    Source: the notches of box plots; where two do not overlap, the medians differ at about 95 %: McGill, Tukey, Larsen,
    Variations of Box Plots, The American Statistician 32, 1978. Rounds of one process count as `MOST_BLOCKS` at most.
    """
    if count < FEWEST_VALUES:
        return Estimate(median, None, None, count)
    reach = NOTCH * spread / math.sqrt(min(count, MOST_BLOCKS))
    return Estimate(median, max(median - reach, least), min(median + reach, most), count)


def find_rough_p_value(ratio: Estimate, factor: float) -> float:
    """The same for a rough ratio, whose logarithm is taken for normal; 1 where it has no interval.

    Args:
        ratio: Rough ratio.
        factor: Ratio that is just allowed, above 0.
    """
    if ratio.low is None:
        return 1.0
    if ratio.low == ratio.median:
        return float(ratio.median <= factor)
    width = math.log(ratio.median / ratio.low) / NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    return 1 - NormalDist().cdf(math.log(ratio.median / factor) / width)


def estimate_rough_ratio(above: Estimate, below: Estimate) -> Estimate:
    """The ratio of two medians and an interval from theirs, whose widths are added as those of independent ones are.

    Args:
        above: Median above the line, above 0.
        below: Median below it, likewise.
    """
    ratio, count = above.median / below.median, min(above.count, below.count)
    ends = (above.low, above.high, below.low, below.high)
    if count < FEWEST_VALUES or any(end is None or end <= 0 for end in ends):
        return Estimate(ratio, None, None, count)
    above_low, above_high, below_low, below_high = (float(end) for end in ends if end is not None)
    down = math.hypot(math.log(above.median / above_low), math.log(below_high / below.median))
    up = math.hypot(math.log(above_high / above.median), math.log(below.median / below_low))
    return Estimate(ratio, ratio * math.exp(-down), ratio * math.exp(up), count)
