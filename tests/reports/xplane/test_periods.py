"""Sets of time, against the same sets written out instant by instant."""

from collections.abc import Callable

import numpy as np
import pytest

from reports.xplane.periods import (
    EMPTY,
    Period,
    Periods,
    add_up,
    intersect,
    measure_within,
    merge,
    subtract,
    unite,
)

LATEST = 2**62


def draw(seed: int) -> list[Period]:
    generator = np.random.default_rng(seed)
    starts = generator.integers(0, 60, generator.integers(0, 8)).tolist()
    return [(start, start + int(generator.integers(-2, 12))) for start in starts]


def list_instants(periods: Periods | list[Period]) -> set[int]:
    return {instant for start, end in np.array(periods).reshape(-1, 2).tolist() for instant in range(start, end)}


def check_merged(periods: Periods) -> None:
    """In order, none empty, and none touches the next."""
    assert periods.dtype == np.int64
    assert periods.shape == (len(periods), 2)
    assert (np.diff(periods.ravel()) > 0).all()


@pytest.mark.parametrize("seed", range(200))
def test_every_operation_does_what_sets_do(seed: int) -> None:
    first, second = draw(seed), draw(seed + 1000)
    left, right = merge(first), merge(second)
    both, rest, either = intersect(left, right), subtract(left, right), unite(left, right)
    assert list_instants(left) == list_instants(first)
    assert list_instants(both) == list_instants(first) & list_instants(second)
    assert list_instants(rest) == list_instants(first) - list_instants(second)
    assert list_instants(either) == list_instants(first) | list_instants(second)
    assert add_up(left) == len(list_instants(first))
    for result in (left, both, rest, either):
        check_merged(result)


@pytest.mark.parametrize("seed", range(200))
def test_what_lies_in_a_window_is_counted_for_every_window_that_overlaps_it(seed: int) -> None:
    generator = np.random.default_rng(seed)
    periods = merge(draw(seed))
    starts = generator.integers(-5, 75, 9)
    windows = np.stack((starts, starts + generator.integers(0, 40, 9)), axis=1)
    found = measure_within(periods, windows)
    instants = list_instants(periods)
    assert found.dtype == np.int64
    assert found.tolist() == [len(instants & set(range(start, end))) for start, end in windows.tolist()]


def test_neighbours_become_one_and_backward_ones_go() -> None:
    assert merge([(5, 9), (0, 3), (3, 5), (20, 10), (12, 12)]).tolist() == [[0, 9]]


def test_what_a_long_period_holds_does_not_end_it() -> None:
    assert merge([(0, 9), (1, 2), (3, 4), (9, 10), (11, 12)]).tolist() == [[0, 10], [11, 12]]


def test_an_array_is_merged_as_pairs_are_and_stays_as_it_was() -> None:
    given = np.array([[5, 9], [0, 6], [30, 20]])
    assert merge(given).tolist() == merge([(5, 9), (0, 6), (30, 20)]).tolist() == [[0, 9]]
    assert given.tolist() == [[5, 9], [0, 6], [30, 20]]


def test_the_end_of_a_period_is_not_part_of_it() -> None:
    left, right = merge([(0, 5)]), merge([(5, 9)])
    assert not len(intersect(left, right))
    assert subtract(left, right).tolist() == [[0, 5]]
    assert measure_within(left, right).tolist() == [0]
    assert measure_within(left, np.array([[4, 5], [5, 5], [-3, 1]])).tolist() == [1, 0, 1]


def test_several_sets_are_united_at_once() -> None:
    sets = [merge([(0, 2), (8, 9)]), EMPTY, merge([(2, 4)]), merge([(1, 3), (20, 30)])]
    assert unite(*sets).tolist() == [[0, 4], [8, 9], [20, 30]]
    assert unite(sets[0]).tolist() == sets[0].tolist()


@pytest.mark.parametrize(
    "make",
    [
        lambda some: merge([]),
        lambda some: merge(iter(())),
        lambda some: merge(np.empty((0, 2), np.int64)),
        lambda some: merge([(3, 3), (5, 4)]),
        lambda some: unite(),
        lambda some: unite(EMPTY, EMPTY),
        lambda some: intersect(some, EMPTY),
        lambda some: intersect(EMPTY, some),
        lambda some: subtract(EMPTY, some),
        lambda some: subtract(some, some),
        lambda some: subtract(some, merge([(-100, 100)])),
    ],
)
def test_no_time_is_an_array_of_no_rows(make: Callable[[Periods], Periods]) -> None:
    nothing = make(merge([(0, 2), (5, 9)]))
    check_merged(nothing)
    assert not len(nothing)
    assert add_up(nothing) == 0


def test_nothing_is_taken_away_and_nothing_is_measured_without_periods() -> None:
    some = merge([(0, 2), (5, 9)])
    assert subtract(some, EMPTY).tolist() == some.tolist()
    assert measure_within(EMPTY, some).tolist() == [0, 0]
    nothing = measure_within(some, EMPTY)
    assert nothing.dtype == np.int64
    assert nothing.shape == (0,)


def test_times_of_64_bits_are_exact() -> None:
    periods = merge([(LATEST - 7, LATEST), (-LATEST, 1 - LATEST)])
    assert periods.tolist() == [[-LATEST, 1 - LATEST], [LATEST - 7, LATEST]]
    assert add_up(periods) == 8
    assert measure_within(periods, np.array([[LATEST - 3, LATEST], [-LATEST, LATEST]])).tolist() == [3, 8]
