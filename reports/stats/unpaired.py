"""The ratio of two sets of values that do not belong together pair by pair, such as the turns of two runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from reports.stats.median import CONFIDENCE, Estimate
from reports.stats.student import find_student_quantile, find_student_share
from reports.stats.ticks import average_ticks, find_tick

FEWEST_VALUES = 4  # of a side: below, one value decides
MOST_BLOCKS = 100  # up to here the exact distribution takes a tenth of a second; more rounds of one process say little


def estimate_unpaired_ratio(
    numerators: Sequence[float], denominators: Sequence[float], confidence: float = CONFIDENCE
) -> Estimate:
    """The median of the ratios of every numerator to every denominator, and its distribution-free interval.

    Where the values show the ticks of a coarse clock, the interval is wider by one of them, and means take the place of
    medians. A value of 0 is one that was shorter than a tick.

    Where the two sides have one distribution up to a factor, whatever its shape, the interval covers that factor with
    at least `confidence`; where nothing but chance differs, that factor is 1. Four values a side are the fewest that
    have an interval. The count is that of the smaller side.

    Args:
        numerators: Values above the line, in the order in which they were measured, none below 0 and one above.
        denominators: Values below it, likewise.
        confidence: How often an interval made so covers the true ratio: between 0 and 1.

    Raises:
        ValueError: A side is empty, has a value below 0, or none above.

    Source: the interval that belongs to the Mann-Whitney test, and the estimate of Hodges and Lehmann, of the
    logarithms: Hollander, Wolfe, Chicken, Nonparametric Statistical Methods, 3rd ed., sections 4.2 and 4.3.
    """
    if not numerators or not denominators:
        raise ValueError("a ratio needs at least one value on each side.")
    if min(*numerators, *denominators) < 0 or not any(numerators) or not any(denominators):
        raise ValueError("a ratio needs values above 0.")
    tick = find_tick([*numerators, *denominators])
    above, below = _block(numerators, tick), _block(denominators, tick)
    ratios = np.sort(np.divide.outer(above, below), axis=None)
    has_interval = min(len(numerators), len(denominators)) >= FEWEST_VALUES
    rank = _find_rank(len(above), len(below), confidence) if has_interval else 0
    low, high = (float(ratios[rank - 1]), float(ratios[-rank])) if rank > 0 else (None, None)
    middle = math.sqrt(ratios[(len(ratios) - 1) // 2] * ratios[len(ratios) // 2])  # A to B is then 1 over B to A
    if low is not None and high is not None and tick:
        leeway = 1 + tick / 2 * (1 / float(np.median(above)) + 1 / float(np.median(below)))
        low, high = low / leeway, high * leeway
    return Estimate(middle, low, high, min(len(numerators), len(denominators)))


def find_exceeding_p_value(numerators: Sequence[float], denominators: Sequence[float], factor: float) -> float:
    """How probable as many numerators above `factor` times a denominator are where the true ratio is that factor.

    Args:
        numerators: As `estimate_unpaired_ratio` takes them.
        denominators: Likewise.
        factor: Ratio that is just allowed, above 0.

    Source: twice the smaller of two p-values: that of the exact one-sided Mann-Whitney test, in which equal values
    count half and which is never below 1 in 252 with five values a side, and that of Welch's test of the logarithms.
    """
    tick = find_tick([*numerators, *denominators])
    above, below = _block(numerators, tick), _block(denominators, tick) * factor
    differences = np.subtract.outer(above, below)
    score = math.floor(float(np.sum(differences > 0)) + float(np.sum(differences == 0)) / 2)
    by_ranks = float(np.sum(find_rank_sum_null(len(above), len(below))[score:]))
    logs = np.log(above), np.log(below)
    errors = [float(each.var(ddof=1)) / len(each) if len(each) > 1 else math.inf for each in logs]
    if not 0 < sum(errors) < math.inf:
        return by_ranks
    freedom = sum(errors) ** 2 / sum(error**2 / (len(each) - 1) for error, each in zip(errors, logs, strict=True))
    by_means = find_student_share(freedom, -float(logs[0].mean() - logs[1].mean()) / math.sqrt(sum(errors)))
    return min(1.0, 2 * min(by_ranks, by_means))


def estimate_between_runs(
    numerators: Sequence[float], denominators: Sequence[float], confidence: float = CONFIDENCE
) -> Estimate:
    """The ratio of two geometric means of one value a run, and its interval.

    Args:
        numerators: Values above the line, at least one, all above 0.
        denominators: Values below it, likewise. Three values in all are the fewest that have an interval.
        confidence: How often an interval made so covers the true ratio: between 0 and 1.

    Source: Student's interval for a difference of means, here of logarithms, with one variance for both sides, as runs
    of one machine differ alike.
    """
    sides = [np.log(np.asarray(values, dtype=float)) for values in (numerators, denominators)]
    middle = float(sides[0].mean() - sides[1].mean())
    count, freedom = min(map(len, sides)), sum(map(len, sides)) - 2
    if freedom < 1:
        return Estimate(math.exp(middle), None, None, count)
    variance = sum(float(np.sum((side - side.mean()) ** 2)) for side in sides) / freedom
    reach = find_student_quantile(freedom, (1 + confidence) / 2) * math.sqrt(
        variance * sum(1 / len(side) for side in sides)
    )
    return Estimate(math.exp(middle), math.exp(middle - reach), math.exp(middle + reach), count)


def _block(values: Sequence[float], tick: float) -> np.ndarray:
    """The values, or the medians of `MOST_BLOCKS` stretches of them: neighbours are too much alike to count apart.

    Zeros are as the least of the others, or as a clock that ticks has them.

    Source: batch means, Law, Simulation Modeling and Analysis, 5th ed., section 9.5.3, here with medians.
    """
    measured = np.asarray(values, dtype=float)
    if not tick:
        measured = np.maximum(measured, measured[measured > 0].min())
    if len(values) <= MOST_BLOCKS:
        return np.asarray(np.maximum(measured, tick / 2))
    stretches = np.array_split(measured, MOST_BLOCKS)
    return np.array([average_ticks(each, tick) if tick else float(np.median(each)) for each in stretches])


def _find_rank(num_above: int, num_below: int, confidence: float) -> int:
    """The largest k for which the k-th smallest ratio is below the true one with enough confidence; 0 for none."""
    cumulated = np.cumsum(find_rank_sum_null(num_above, num_below))
    return int(np.sum(cumulated <= (1 - confidence) / 2))


@lru_cache(maxsize=256)
def find_rank_sum_null(num_above: int, num_below: int) -> np.ndarray:
    """The probabilities of the Mann-Whitney statistic 0, 1, 2, ... where nothing but chance differs.

    The largest of all values is a numerator or a denominator, with odds of how many there are of each; a numerator then
    exceeds all denominators, and the others go on as if it had never been.
    """
    rows = [np.ones(1) for _ in range(num_below + 1)]
    for above in range(1, num_above + 1):
        previous, rows = rows, [np.ones(1)]
        for below in range(1, num_below + 1):
            share = above / (above + below)
            probabilities = np.zeros(above * below + 1)
            probabilities[below:] += share * previous[below]
            probabilities[: len(rows[-1])] += (1 - share) * rows[-1]
            rows.append(probabilities)
    return rows[num_below]
