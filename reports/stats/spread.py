"""The standard deviation of a few values and its interval."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from reports.stats.median import CONFIDENCE


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
        ValueError: Fewer than two values.

    Source: (n - 1) s^2 / sigma^2 is chi-square with n - 1 degrees of freedom.
    """
    from scipy import special  # noqa: PLC0415  # no table of a run needs it

    deviation = statistics.stdev(values)
    freedom = len(values) - 1
    tail = (1 - confidence) / 2
    low, high = (deviation * math.sqrt(freedom / special.chdtri(freedom, share)) for share in (tail, 1 - tail))
    return Spread(deviation, low, high, len(values))
