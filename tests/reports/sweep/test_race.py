"""Who can still win a race, and who has won it: boundaries on both sides."""

import math

import pytest
from pipeline_records import make_pipeline

from reports.stats.median import Estimate
from reports.sweep.race import (
    choose_winner,
    estimate_gain,
    estimate_ratios,
    find_losers,
    find_slowest,
    has_gained,
    measure_difference,
)


def between(low: float, high: float) -> Estimate:
    return Estimate((low + high) / 2, low, high, 6)


def test_ratios_are_of_the_same_rounds_to_the_first() -> None:
    cases = [make_pipeline("before", [1000, 2000] * 3), make_pipeline("after", [500, 800] * 3)]
    assert estimate_ratios(cases) == {"after": Estimate(2.25, 2.0, 2.5, 6)}
    assert estimate_ratios(cases[:1]) == {}


@pytest.mark.parametrize(("high", "is_out"), [(1.9399, True), (1.9401, False)])
def test_whose_interval_lies_wholly_below_the_leaders_is_out(high: float, is_out: bool) -> None:
    losers = find_losers({"slow": between(1.5, high), "fast": between(2.0, 3.0)}, "made")
    assert [each.name for each in losers] == (["slow"] if is_out else [])


@pytest.mark.parametrize(("high", "is_out"), [(0.99, True), (1.0, False), (1.01, False)])
def test_the_pipeline_as_it_is_can_lead_too(high: float, is_out: bool) -> None:
    losers = find_losers({"slow": between(0.5, high)}, "made")
    assert [each.name for each in losers] == (["slow"] if is_out else [])


def test_without_an_interval_nobody_is_out() -> None:
    few = Estimate(0.1, None, None, 5)
    assert find_losers({"slow": few, "fast": between(2.0, 3.0)}, "made") == []
    assert find_losers({"slow": between(0.5, 0.6), "fast": Estimate(9.0, None, None, 5)}, "made") == []
    assert find_slowest({"slow": few, "fast": between(2.0, 3.0)}).name == "slow"


def test_the_fastest_wins_unless_fewer_changes_give_as_much() -> None:
    changes = {"one": 1, "two": 2, "three": 3}.__getitem__
    assert choose_winner({"one": between(1.9, 1.98), "two": between(2.0, 2.0)}, changes) == "one"
    assert choose_winner({"one": between(1.8, 1.9), "two": between(2.0, 2.0)}, changes) == "two"
    assert choose_winner({"two": between(2.0, 2.0), "three": between(2.05, 2.05)}, changes) == "two"
    assert choose_winner({"one": between(0.9, 1.1), "two": between(0.5, 0.7)}, changes) is None
    assert choose_winner({}, changes) is None


def test_a_gain_takes_six_pairs_that_agree_or_more() -> None:
    assert estimate_gain([]) is None
    five, six = (estimate_gain([math.log(2.0)] * count) for count in (5, 6))
    assert five == Estimate(pytest.approx(2.0), None, None, 5)
    assert six == Estimate(pytest.approx(2.0), pytest.approx(2.0), pytest.approx(2.0), 6)
    assert not has_gained(five)
    assert has_gained(six)
    assert not has_gained(None)
    assert not has_gained(estimate_gain([0.5] * 5 + [-0.1])), "one of six speaks against it"
    assert has_gained(estimate_gain([0.5] * 8 + [-0.1])), "one of nine, and by little"
    assert not has_gained(estimate_gain([0.0] * 12))


def test_a_pair_counts_once_whatever_its_turns_do() -> None:
    winner, original = make_pipeline("after", [500, 500, 100]), make_pipeline("before", [1000, 1000, 1000])
    assert measure_difference(winner, original) == pytest.approx(math.log(2.0))
    assert measure_difference(make_pipeline("after", [500, 250]), original) == pytest.approx(math.log(8.0) / 2)
