"""The ratio of values that were measured in the same rounds."""

from __future__ import annotations

from collections.abc import Mapping

from reports.stats.median import Estimate, estimate_median


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
