"""Statistics: by hand, against SciPy, with an outlier, and for the smallest counts."""

import numpy as np
import pytest
from scipy import stats as reference

from reports.stats.median import Estimate, estimate_median
from reports.stats.paired import estimate_ratio
from reports.stats.spread import estimate_spread


@pytest.mark.parametrize(
    ("values", "median", "interval"),
    [
        ([3.0], 3.0, None),
        ([1.0, 3.0], 2.0, None),
        ([9.0, 1.0, 2.0], 2.0, None),
        ([5.0, 1.0, 4.0, 2.0, 3.0], 3.0, None),  # 1 - 2/2**5 = 93.75 %: not enough
        ([6.0, 1.0, 4.0, 2.0, 3.0, 5.0], 3.5, (1.0, 6.0)),  # 1 - 2/2**6 = 96.9 %
        ([8.0, 1.0, 4.0, 2.0, 3.0, 5.0, 7.0, 6.0], 4.5, (1.0, 8.0)),  # the 2nd to 7th would cover 93.0 %
        ([9.0, 8.0, 1.0, 4.0, 2.0, 3.0, 5.0, 7.0, 6.0], 5.0, (2.0, 8.0)),  # 1 - 2 (1 + 9)/2**9 = 96.1 %
        ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 1e9], 5.0, (2.0, 8.0)),  # an outlier moves neither
    ],
)
def test_median_and_interval_by_hand(values: list[float], median: float, interval) -> None:
    estimate = estimate_median(values)
    assert (estimate.median, estimate.count) == (median, len(values))
    assert (estimate.low, estimate.high) == (interval or (None, None))


def test_no_value_has_no_median() -> None:
    with pytest.raises(ValueError, match="a median needs at least one value"):
        estimate_median([])


@pytest.mark.parametrize("count", [6, 7, 10, 17, 18, 50, 51, 200])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_intervals_equal_scipys(count: int, confidence: float) -> None:
    values = np.random.default_rng(count).lognormal(size=count).tolist()
    estimate = estimate_median(values, confidence)
    expected = reference.quantile_test(values, p=0.5).confidence_interval(confidence)
    ours = (estimate.low, estimate.high) if estimate.has_interval else (np.nan, np.nan)
    np.testing.assert_array_equal(ours, (expected.low, expected.high))


@pytest.mark.parametrize(("count", "least"), [(6, 0.95), (12, 0.95)])
def test_intervals_cover_the_true_median_as_often_as_they_say(count: int, least: float) -> None:
    draws = np.random.default_rng(1).exponential(size=(2000, count))
    estimates = [estimate_median(row.tolist()) for row in draws]
    covered = np.mean([each.low <= np.log(2) <= each.high for each in estimates])
    assert least - 0.01 < covered < 0.99


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((1.0, 2.0), (2.0, 3.0), True),
        ((1.0, 2.0), (2.1, 3.0), False),
        ((2.1, 3.0), (1.0, 2.0), False),
        ((1.0, 9.0), (2.0, 3.0), True),
        ((None, None), (2.0, 3.0), False),
    ],
)
def test_overlap_of_intervals(one, other, expected: bool) -> None:
    assert Estimate(1.5, *one, 6).overlaps(Estimate(2.5, *other, 6)) is expected


def test_ratios_are_taken_within_a_round() -> None:
    # the machine slows down tenfold from round to round; both sides feel it alike
    slow = {0: 2.0, 1: 20.0, 2: 200.0, 3: 2e3, 4: 2e4, 5: 2e5}
    fast = {0: 1.0, 1: 10.0, 2: 100.0, 3: 1e3, 4: 1e4, 5: 1e5}
    assert estimate_ratio(slow, fast) == Estimate(2.0, 2.0, 2.0, 6)


def test_a_round_that_one_side_lacks_is_left_out() -> None:
    assert estimate_ratio({0: 4.0, 1: 9.0, 7: 1.0}, {1: 3.0, 0: 2.0, 8: 5.0}) == Estimate(2.5, None, None, 2)
    with pytest.raises(ValueError, match="at least one value"):
        estimate_ratio({0: 1.0}, {1: 1.0})


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
