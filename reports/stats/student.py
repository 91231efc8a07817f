"""Student's distribution, which SciPy has too: that takes longer to import than a comparison, and 100 MB."""

from __future__ import annotations

import math

MOST_TERMS = 10_000  # of the continued fraction, which needs some tens
PRECISION = 1e-15
TINY = 1e-300  # in the place of a denominator of 0


def find_student_share(freedom: float, value: float) -> float:
    """The probability that a value of Student's distribution is at most `value`.

    Args:
        freedom: Degrees of freedom, above 0, not only whole ones.
        value: Any number.

    Source: NIST Digital Library of Mathematical Functions, 8.17.
    """
    tail = _find_beta_share(freedom / 2, 0.5, freedom / (freedom + value * value)) / 2
    return tail if value <= 0 else 1 - tail


def find_student_quantile(freedom: float, share: float) -> float:
    """The value below which Student's distribution has a probability of `share`, above 0 and below 1."""
    if share < 1 / 2:
        return -find_student_quantile(freedom, 1 - share)
    low, high = 0.0, 1.0
    while find_student_share(freedom, high) < share:
        low, high = high, 2 * high
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if find_student_share(freedom, middle) < share else (low, middle)
    return high


def _find_beta_share(first: float, second: float, x: float) -> float:
    """The regularised incomplete beta function; its fraction converges on the left of the mean, which x is taken to."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (first + 1) / (first + second + 2):
        return 1 - _find_beta_share(second, first, 1 - x)
    scale = math.lgamma(first + second) - math.lgamma(first) - math.lgamma(second)
    factor = math.exp(scale + first * math.log(x) + second * math.log1p(-x)) / first
    return factor * _sum_fraction(first, second, x)


def _sum_fraction(first: float, second: float, x: float) -> float:
    """The continued fraction 8.17.22, by the method of Lentz."""
    upper, lower = 1.0, 1 / ((1 - (first + second) * x / (first + 1)) or TINY)
    found = lower
    for m in range(1, MOST_TERMS):
        even = m * (second - m) * x / ((first + 2 * m - 1) * (first + 2 * m))
        odd = -(first + m) * (first + second + m) * x / ((first + 2 * m) * (first + 2 * m + 1))
        for term in (even, odd):
            lower = 1 / ((1 + term * lower) or TINY)
            upper = (1 + term / upper) or TINY
            found *= lower * upper
        if abs(lower * upper - 1) < PRECISION:
            break
    return found
