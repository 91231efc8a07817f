"""Which event holds which, and what is left of it."""

import numpy as np
import pytest

from reports.timeline.nesting import NOTHING, find_holders, measure_own


@pytest.mark.parametrize(
    ("periods", "holders", "own"),
    [
        ([(0, 10)], [NOTHING], [10]),
        ([(0, 10), (10, 20)], [NOTHING, NOTHING], [10, 10]),
        ([(0, 10), (0, 10)], [NOTHING, 0], [0, 10]),
        ([(0, 100), (10, 30), (15, 20), (30, 40)], [NOTHING, 0, 1, 0], [70, 15, 5, 10]),
        ([(0, 100), (10, 30), (15, 20), (22, 30), (90, 100)], [NOTHING, 0, 1, 1, 0], [70, 7, 5, 8, 10]),
        ([(0, 10), (5, 20)], [NOTHING, 0], [5, 15]),  # they overlap: what both have is the later's
        ([(0, 10), (9, 30), (20, 25)], [NOTHING, 0, 1], [9, 16, 5]),
        ([(0, 10), (5, 5), (5, 8)], [NOTHING, 0, 0], [7, 0, 3]),  # what has no duration holds none
        ([(0, 0), (0, 0)], [NOTHING, NOTHING], [0, 0]),
        ([(0, 10), (10, 10)], [NOTHING, NOTHING], [10, 0]),
    ],
)
def test_holders_and_own_times(periods: list, holders: list, own: list) -> None:
    array = np.array(periods, np.int64)
    assert find_holders(array).tolist() == holders
    assert measure_own(array).tolist() == own


def test_no_events_hold_nothing() -> None:
    empty = np.empty((0, 2), np.int64)
    assert find_holders(empty).tolist() == measure_own(empty).tolist() == []


def test_own_times_of_nested_events_add_up_to_the_outermost() -> None:
    depths = np.array([(depth, 1000 - depth) for depth in range(400)], np.int64)
    assert measure_own(depths).sum() == 1000
    assert find_holders(depths).tolist() == list(range(-1, 399))


def test_events_that_overlap_are_in_the_one_that_began_last_of_those_under_way() -> None:
    rng = np.random.default_rng(5)
    for _ in range(50):
        starts = np.sort(rng.integers(0, 60, 40))
        periods = np.stack((starts, starts + rng.integers(0, 30, 40)), axis=1)
        periods = periods[np.lexsort((-periods[:, 1], periods[:, 0]))]
        expected = [
            max((other for other in range(place) if periods[other, 1] > periods[place, 0]), default=NOTHING)
            for place in range(len(periods))
        ]
        assert find_holders(periods).tolist() == expected
