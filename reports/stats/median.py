"""The median of a few values and its interval, and that of ratios of values that were measured in the same rounds."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

CONFIDENCE = 0.95
FEWEST_VALUES = 6  # that have an interval at this confidence: all are on one side of the median once in 32 times
MOST_EXACT = 1000  # values; beyond it, a binomial coefficient is taken from the logarithm of the gamma function


@dataclass(frozen=True)
class Estimate:
    """A median and its interval.

    Args:
        median: Median of the values.
        low: Lower end of its interval; None where there are too few values for one.
        high: Upper end of its interval, likewise.
        count: Number of values.
    """

    median: float
    low: float | None
    high: float | None
    count: int

    @property
    def has_interval(self) -> bool:
        """False if there were too few values to tell."""
        return self.low is not None

    @property
    def relative_width(self) -> float | None:
        """The interval's width over the median; None where there is no interval."""
        return None if self.low is None or self.high is None else (self.high - self.low) / self.median

    @property
    def resolution(self) -> float | None:
        """The smallest relative change that would have moved the whole interval off the median; None without one.

        0.2 means that a case 20 % above or below could have been told from this one, a case 10 % away could not.
        """
        if self.low is None or self.high is None or self.low <= 0:
            return None
        return max(self.high / self.median, self.median / self.low) - 1

    def take_from(self, whole: float) -> Estimate:
        """What is left of a whole; its lower end is that of the upper one."""
        low, high = (None if end is None else whole - end for end in (self.high, self.low))
        return Estimate(whole - self.median, low, high, self.count)

    def scale(self, factor: float) -> Estimate:
        """The same in another unit.

        Args:
            factor: How many of the new unit are one of the old, above 0.
        """
        low, high = (None if end is None else end * factor for end in (self.low, self.high))
        return Estimate(self.median * factor, low, high, self.count)

    def overlaps(self, other: Estimate) -> bool:
        """True if both have an interval and the two share a value."""
        if self.low is None or self.high is None or other.low is None or other.high is None:
            return False
        return self.low <= other.high and other.low <= self.high


def estimate_median(values: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """The median of `values` and its distribution-free interval from order statistics.

    The interval from the k-th smallest to the k-th largest value covers the true median with a probability of
    1 - 2 P(B < k), B ~ Binomial(n, 1/2); k is the largest with at least `confidence`. At 95 % that takes
    `FEWEST_VALUES`.

    Args:
        values: The values, at least one, in any order.
        confidence: How often an interval made so covers the true median: between 0 and 1.

    Raises:
        ValueError: `values` is empty.

    Source: Conover, Practical Nonparametric Statistics, 3rd ed., section 3.2; the same rule as R's ``quantileCI`` and
    ``scipy.stats.quantile_test``.
    """
    if not values:
        raise ValueError("a median needs at least one value.")
    ordered = sorted(values)
    rank = _find_rank(len(ordered), (1 - confidence) / 2)
    low, high = (ordered[rank - 1], ordered[-rank]) if rank > 0 else (None, None)
    return Estimate(statistics.median(ordered), low, high, len(ordered))


def estimate_ratio(numerators: Mapping[int, float], denominators: Mapping[int, float]) -> Estimate:
    """The median of the ratios of values measured in the same round, and its interval.

    What slows a whole round down, slows both of a pair; the ratio within the round does not see it.

    Args:
        numerators: Values above the line, by round.
        denominators: Values below it, by round; a round that only one side has is left out.

    Raises:
        ValueError: No round is in both.
    """
    rounds = sorted(numerators.keys() & denominators.keys())
    return estimate_median([numerators[number] / denominators[number] for number in rounds])


@lru_cache(maxsize=256)
def _find_rank(count: int, tail: float) -> int:
    """The k whose k-th smallest value is the lower end of the interval; 0 where there are too few values for one.

    P(B < k) is summed from the middle down, where it is known: half of what the middle leaves. SciPy would do the same
    and takes longer to import than everything else that a table needs.
    """
    middle = count // 2
    probability = _find_middle_probability(count)
    cumulated = (1 - probability) / 2 if count % 2 == 0 else 0.5 - probability  # P(B < middle)
    probability *= middle / (count - middle + 1)  # P(B = middle - 1)
    rank = middle
    while rank > 0 and cumulated > tail:
        rank -= 1
        cumulated -= probability  # P(B < rank)
        probability *= rank / (count - rank + 1)
    return rank


def _find_middle_probability(count: int) -> float:
    """P(B = count // 2) for B ~ Binomial(count, 1/2)."""
    middle = count // 2
    if count <= MOST_EXACT:
        return float(math.comb(count, middle) / 2**count)
    logarithm = math.lgamma(count + 1) - math.lgamma(middle + 1) - math.lgamma(count - middle + 1)
    return math.exp(logarithm - count * math.log(2))
