"""The gate's statistics: an exact test on paired differences, their shift, what they could have shown. Pure numbers.

A difference is the logarithm of the ratio of head to base in one pair of processes. Which of the two processes runs
head is drawn by lot, so if the two do not differ, the sign of each difference is a fair coin, whatever the noise is
like: drifting, heavy-tailed or correlated. That coin is all that the test uses.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import numpy as np

from reports.stats.median import CONFIDENCE, Estimate
from reports.stats.student import find_student_quantile

POWER = 0.95  # how often the smallest visible effect would be found
CLIP_MEDIANS = 1.5  # a difference counts for no more than so many medians of |difference|: about one normal deviation
SCORE_STEPS = 1200  # whole numbers between 0 and the clip, so that the sums are counted exactly


Probabilities = np.ndarray[tuple[int], np.dtype[np.float64]]


def sign_flip_p_value(differences: Sequence[float], margin: float = 0.0) -> float:
    """The one-sided p-value of "the differences are above `margin`": 0 to 1, exact, 1 without differences.

    Under exchange (the sign of each difference is a fair coin) P(p <= a) <= a for every a and every margin >= 0. At
    margin 0 it is the sign-flip test: the scores' scale depends on the absolute differences alone, so no flip changes
    it. A margin takes from every score, and p is the share of the sets of scores whose sum is not above 0, so it grows.

    Args:
        differences: Logarithms of the ratios, one for each pair.
        margin: Logarithm of the ratio that is still no difference, 0 or more.

    Source: Fisher, The Design of Experiments, section 21; clipped scores: Maritz, A note on exact robust confidence
    intervals for location, Biometrika 66 (1979).
    """
    scores = _score(differences, margin)
    total = sum(score for score in scores if score > 0)
    return float(count_flips([abs(score) for score in scores])[total:].sum())


def _score(differences: Sequence[float], margin: float) -> list[int]:
    """The differences beyond the margin as whole numbers, clipped; all 0 if no difference is anything but 0."""
    if not differences:
        return []
    sizes = [abs(difference) for difference in differences]
    clip = CLIP_MEDIANS * (statistics.median(sizes) or max(sizes))
    if clip == 0:
        return [0 for _ in differences]
    shifted = (max(-1.0, min(1.0, (difference - margin) / clip)) for difference in differences)
    return [round(SCORE_STEPS * share) for share in shifted]


def count_flips(sizes: Sequence[int]) -> Probabilities:
    """The probability of every sum, from 0 up, of those `sizes` for which a fair coin shows heads.

    Exact for up to 53 sizes: only halves are taken and added.
    """
    probabilities = np.ones(1)
    for size in sizes:
        tails = np.append(probabilities, np.zeros(size))
        heads = np.append(np.zeros(size), probabilities)
        probabilities = (tails + heads) / 2
    return probabilities


def estimate_shift(differences: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """The Hodges-Lehmann estimate, the median of the means of two, and its interval from the signed-rank test.

    Each end of the interval is a bound with this confidence on its own, as tests of equivalence use them: the shift is
    above the lower end with 95 %, and below the upper end with 95 %. At 95 % that takes 5 differences.

    Raises:
        ValueError: There are no differences.

    Source: Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, 3rd ed., sections 3.2 and 3.3.
    """
    means = _average_pairs(differences)
    rank = _find_rank(len(differences), 1 - confidence)
    low, high = (None, None) if rank is None else (means[rank], means[-1 - rank])
    return Estimate(statistics.median(means), low, high, len(differences))


def as_ratio(shift: Estimate) -> Estimate:
    """A shift of logarithms as a ratio: 0.0488 is 1.05."""
    low, high = (None if end is None else math.exp(end) for end in (shift.low, shift.high))
    return Estimate(math.exp(shift.median), low, high, shift.count)


def _average_pairs(differences: Sequence[float]) -> list[float]:
    """The Walsh averages, sorted: the mean of every two differences, each with itself too."""
    if not differences:
        raise ValueError("a shift needs at least one difference.")
    values = np.asarray(differences, dtype=np.float64)
    first, second = np.triu_indices(len(values))
    return [float(mean) for mean in np.sort((values[first] + values[second]) / 2)]


def _find_rank(count: int, tail: float) -> int | None:
    """How many Walsh averages may lie beyond each end of an interval; None if even none is too many."""
    below = np.cumsum(count_flips(range(1, count + 1)))  # of the signed-rank statistic
    fitting = int(np.count_nonzero(below <= tail))
    return fitting - 1 if fitting > 0 else None


def find_smallest_effect(differences: Sequence[float], alpha: float, margin: float) -> float | None:
    """The shift that so many differences, as noisy as these, would have shown to be above `margin`.

    It would have been found with a probability of `POWER`, for noise that is roughly normal. None where no shift at all
    could have been found: below two differences, or if 2^-n is above `alpha`.

    Args:
        differences: Logarithms of the ratios, as measured.
        alpha: Level of the one-sided test.
        margin: Margin of that test, a logarithm.

    Source: the power of the paired t test, both quantiles of Student's distribution.
    """
    count = len(differences)
    if count < 2 or 2.0**-count > alpha:  # noqa: PLR2004  # a deviation takes two
        return None
    quantiles = sum(find_student_quantile(count - 1, share) for share in (1 - alpha, POWER))
    return margin + quantiles * statistics.stdev(differences) / math.sqrt(count)


def find_first_look(alpha: float) -> int:
    """The fewest pairs that can reject at `alpha` although one of them, the largest or not, speaks against it.

    8 to 11 pairs at 0.4 % can reject only if all agree, so one disturbed pair would hide any regression.
    """
    count = 1
    while (1 + count) / 2.0**count > alpha:
        count += 1
    return count
