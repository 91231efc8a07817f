"""The slope of a series: hand-computed, an outside reference, an outlier, and how few values there may be."""

import pytest
from scipy import stats

from reports.stats.slope import estimate_slope


def test_a_straight_line_has_one_slope() -> None:
    slope = estimate_slope([5.0, 7.0, 9.0, 11.0, 13.0, 15.0])
    assert (slope.median, slope.low, slope.high, slope.count) == (2.0, 2.0, 2.0, 6)


def test_by_hand() -> None:
    # the 15 slopes in order: -1, 0, 0, 1/3, 1/3, 1/2, 2/3, 3/4, 4/5, 1, 1, 1, 1, 3/2, 2
    # 1.96 sqrt(6 5 17 / 18) = 10.4, and so the interval goes from the second to the last but one
    slope = estimate_slope([0.0, 2.0, 3.0, 2.0, 3.0, 4.0])
    assert (slope.median, slope.low, slope.high) == (0.75, 0.0, 1.5)


def test_an_outlier_does_not_move_it() -> None:
    assert estimate_slope([0.0, 1.0, 2.0, 3.0, 900.0, 5.0, 6.0, 7.0]).median == 1.0


@pytest.mark.parametrize("number", [6, 9, 14, 24])
def test_scipys_interval_is_the_same_or_narrower_by_one_rank(number: int) -> None:
    values = [place * 0.5 + (place * 7919 % 13) for place in range(number)]
    ours, theirs = estimate_slope(values), stats.theilslopes(values)
    assert ours.median == pytest.approx(theirs.slope)
    assert ours.low is not None
    assert ours.high is not None
    assert ours.low <= theirs.low_slope + 1e-12
    assert ours.high >= theirs.high_slope - 1e-12


@pytest.mark.parametrize(("values", "has_interval"), [([1.0, 2.0], False), ([1.0] * 5, False), ([1.0] * 6, True)])
def test_few_values_have_no_interval(values: list[float], has_interval: bool) -> None:
    assert estimate_slope(values).has_interval is has_interval


@pytest.mark.parametrize("values", [[], [1.0]])
def test_one_value_has_no_slope(values: list[float]) -> None:
    with pytest.raises(ValueError, match="a slope needs at least two values"):
        estimate_slope(values)
