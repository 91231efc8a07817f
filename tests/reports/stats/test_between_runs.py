"""The ratio of two sides of several runs: by hand, beside SciPy, and how often its interval holds."""

import math

import numpy as np
import pytest
from scipy import stats

from reports.stats.unpaired import estimate_between_runs


def test_two_runs_a_side_by_hand() -> None:
    # logarithms 0, 2 and 4, 6: means 1 and 5, variance (2 + 2) / 2 = 2, error sqrt(2 * (1/2 + 1/2)); t of 2: 4.302653
    estimate = estimate_between_runs([math.exp(4), math.exp(6)], [1.0, math.exp(2)])
    reach = 4.302653 * math.sqrt(2)
    assert estimate.median == pytest.approx(math.exp(4))
    assert math.log(estimate.low or 0) == pytest.approx(4 - reach, rel=1e-6)
    assert math.log(estimate.high or 0) == pytest.approx(4 + reach, rel=1e-6)
    assert estimate.count == 2


@pytest.mark.parametrize("counts", [(1, 2), (2, 1), (2, 3), (5, 8)])
def test_it_is_students_interval_of_the_logarithms(counts: tuple[int, int]) -> None:
    lots = np.random.default_rng(sum(counts))
    above, below = (lots.lognormal(size=count) for count in counts)
    estimate = estimate_between_runs(above.tolist(), below.tolist())
    freedom = sum(counts) - 2
    pooled = sum(float(np.sum((np.log(side) - np.log(side).mean()) ** 2)) for side in (above, below)) / freedom
    error = math.sqrt(pooled * (1 / counts[0] + 1 / counts[1]))
    low, high = stats.t(freedom, np.log(above).mean() - np.log(below).mean(), error).interval(0.95)
    assert (estimate.low, estimate.high) == (pytest.approx(math.exp(low)), pytest.approx(math.exp(high)))


def test_one_run_a_side_has_no_interval() -> None:
    estimate = estimate_between_runs([3.0], [2.0])
    assert (estimate.median, estimate.low, estimate.high, estimate.count) == (pytest.approx(1.5), None, None, 1)


def test_the_interval_covers_1_where_only_the_runs_differ() -> None:
    lots = np.random.default_rng(7)
    sides = np.exp(lots.normal(0, 0.1, (2000, 2, 3)))
    found = [estimate_between_runs(above.tolist(), below.tolist()) for above, below in sides]
    missed = sum(not (each.low or 0) <= 1 <= (each.high or 0) for each in found)
    assert 0.035 <= missed / 2000 <= 0.065
