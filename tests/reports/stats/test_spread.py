"""Standard deviations and their intervals: by the tables, of two values, and as often as they say."""

import numpy as np
import pytest

from reports.stats.spread import estimate_spread


def test_a_standard_deviation_and_its_interval_by_the_tables() -> None:
    # n = 10: chi-square quantiles with 9 degrees of freedom are 2.700 and 19.023 (any table), so s = 1 gives
    # sqrt(9 / 19.023) = 0.6878 and sqrt(9 / 2.700) = 1.8257
    values = np.array([-1.5, -1.0, -0.5, -0.25, 0.0, 0.0, 0.25, 0.5, 1.0, 1.5])
    values /= values.std(ddof=1)
    spread = estimate_spread(values.tolist())
    assert spread.deviation == pytest.approx(1.0)
    assert (spread.low, spread.high) == (pytest.approx(0.6878, abs=1e-3), pytest.approx(1.8257, abs=1e-3))
    assert spread.count == 10


def test_two_values_have_a_wide_interval_and_one_has_none() -> None:
    spread = estimate_spread([1.0, 3.0])
    assert spread.deviation == pytest.approx(2**0.5)
    assert spread.low < spread.deviation < spread.high
    with pytest.raises(ValueError, match="at least two"):
        estimate_spread([1.0])


def test_the_interval_of_a_spread_covers_the_truth_as_often_as_it_says() -> None:
    draws = np.random.default_rng(3).normal(scale=0.2, size=(2000, 10))
    spreads = [estimate_spread(row.tolist()) for row in draws]
    assert 0.93 < np.mean([each.low <= 0.2 <= each.high for each in spreads]) < 0.97
