"""Statistics: by hand, against SciPy, with an outlier, and for the smallest counts."""

import numpy as np
import pytest
from scipy import stats as reference

from reports.stats.median import FEWEST_VALUES, MOST_EXACT, Estimate, estimate_median


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


@pytest.mark.parametrize("count", [6, 7, 10, 17, 18, 50, 51, 200, MOST_EXACT, MOST_EXACT + 1, 5000])
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


def test_the_fewest_values_are_the_fewest() -> None:
    assert estimate_median(list(range(FEWEST_VALUES))).has_interval
    assert not estimate_median(list(range(FEWEST_VALUES - 1))).has_interval


def test_an_estimate_in_another_unit() -> None:
    assert Estimate(2.0, 1.0, 4.0, 6).scale(1000) == Estimate(2000.0, 1000.0, 4000.0, 6)
    assert Estimate(2.0, None, None, 1).scale(0.5) == Estimate(1.0, None, None, 1)


def test_what_is_left_of_a_whole_turns_the_interval_round() -> None:
    assert Estimate(0.25, 0.125, 0.5, 6).take_from(1.0) == Estimate(0.75, 0.5, 0.875, 6)
    assert Estimate(0.25, None, None, 2).take_from(1.0) == Estimate(0.75, None, None, 2)
