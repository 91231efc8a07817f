"""Pure numbers: medians, their intervals, paired ratios. Imports nothing of the project."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy import special

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A median and its interval.

    Args:
        median: of the values.
        low: lower end of the interval; None where there are too few values for one.
        high: upper end, likewise.
        count: how many values.
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

    def overlaps(self, other: Estimate) -> bool:
        """True if both have an interval and the two share a value."""
        if self.low is None or self.high is None or other.low is None or other.high is None:
            return False
        return self.low <= other.high and other.low <= self.high


def estimate_median(values: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """The median of `values` and its distribution-free interval from order statistics.

    The interval from the k-th smallest to the k-th largest value covers the true median with a probability of
    1 - 2 P(B < k), B ~ Binomial(n, 1/2); k is the largest with at least `confidence`. At 95 % that takes 6 values.

    Args:
        values: at least one, in any order.
        confidence: between 0 and 1.

    Raises:
        ValueError: `values` is empty.

    Source: Conover, Practical Nonparametric Statistics, 3rd ed., section 3.2; the same rule as R's ``quantileCI`` and
    ``scipy.stats.quantile_test``.
    """
    if not values:
        raise ValueError("a median needs at least one value.")
    ordered = sorted(values)
    tail = (1 - confidence) / 2
    rank = sum(special.bdtr(below, len(ordered), 0.5) <= tail for below in range(len(ordered) // 2))
    low, high = (ordered[rank - 1], ordered[-rank]) if rank > 0 else (None, None)
    return Estimate(statistics.median(ordered), low, high, len(ordered))


def estimate_ratio(numerators: Mapping[int, float], denominators: Mapping[int, float]) -> Estimate:
    """The median of the ratios of values measured in the same round, and its interval.

    What slows a whole round down, slows both of a pair; the ratio within the round does not see it.

    Args:
        numerators: by round.
        denominators: by round; a round that only one side has is left out.

    Raises:
        ValueError: no round is in both.
    """
    rounds = sorted(numerators.keys() & denominators.keys())
    return estimate_median([numerators[number] / denominators[number] for number in rounds])


@dataclass(frozen=True)
class Spread:
    """A standard deviation, the ends of its interval, and of how many values."""

    deviation: float
    low: float
    high: float
    count: int


def estimate_spread(values: Sequence[float], confidence: float = CONFIDENCE) -> Spread:
    """The standard deviation of `values` and its interval, for values that are roughly normal.

    Raises:
        ValueError: fewer than two values.

    Source: (n - 1) s^2 / sigma^2 is chi-square with n - 1 degrees of freedom.
    """
    deviation = statistics.stdev(values)
    freedom = len(values) - 1
    tail = (1 - confidence) / 2
    low, high = (deviation * math.sqrt(freedom / special.chdtri(freedom, share)) for share in (tail, 1 - tail))
    return Spread(deviation, low, high, len(values))
