"""Unpaired ratios: by hand, against Hollander and Wolfe, against SciPy's test, and how often the interval is right."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats as reference

from reports.stats.median import Estimate
from reports.stats.unpaired import MOST_BLOCKS, estimate_unpaired_ratio


def test_four_against_four_by_hand() -> None:
    # 16 ratios; P(U = 0) = 1 / 70, doubled 2.9 %: the interval goes from the smallest ratio to the largest
    assert estimate_unpaired_ratio([8.0, 2.0, 4.0, 16.0], [1.0, 1.0, 1.0, 2.0]) == Estimate(4.0, 1.0, 16.0, 4)


def test_five_against_five_by_hand() -> None:
    # P(U <= 2) = (1 + 1 + 2) / 252 = 1.6 % and P(U <= 3) = 7 / 252 = 2.8 %: the third smallest ratio of 25, and largest
    twos = [2.0, 4.0, 8.0, 16.0, 32.0]
    estimate = estimate_unpaired_ratio(twos, twos)
    # the exponents differ by -4, -3, -3, ... 3, 3, 4
    assert estimate == Estimate(1.0, 2**-3, 2**3, 5)


@pytest.mark.parametrize(("above", "below"), [(1, 1), (2, 2), (3, 3), (3, 40), (1, 39), (2, 8)])
def test_too_few_values_have_no_interval(above: int, below: int) -> None:
    estimate = estimate_unpaired_ratio([3.0] * above, [2.0] * below)
    assert (estimate.median, estimate.has_interval, estimate.count) == (1.5, False, min(above, below))


@pytest.mark.parametrize(("above", "below"), [(4, 4), (4, 30)])
def test_the_fewest_values_that_have_an_interval(above: int, below: int) -> None:
    assert estimate_unpaired_ratio([3.0] * above, [2.0] * below) == Estimate(1.5, 1.5, 1.5, min(above, below))


def test_the_example_of_hollander_and_wolfe() -> None:
    # permeability of the chorioamnion, their example 4.1, with R's wilcox.test(conf.int=TRUE): 0.305 [-0.15, 0.76]
    term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    early = [1.15, 0.88, 0.90, 0.74, 1.21]
    estimate = estimate_unpaired_ratio(np.exp(term).tolist(), np.exp(early).tolist())
    found = np.log([estimate.median, estimate.low, estimate.high])
    np.testing.assert_allclose(found, [0.305, -0.15, 0.76], atol=1e-12)


@pytest.mark.parametrize("counts", [(4, 4), (6, 6), (6, 20), (11, 7), (20, 20)])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_the_ends_are_where_scipys_test_changes_its_mind(counts: tuple[int, int], confidence: float) -> None:
    generator = np.random.default_rng(sum(counts))
    above, below = (generator.lognormal(size=count) for count in counts)
    estimate = estimate_unpaired_ratio(above.tolist(), below.tolist(), confidence)
    if estimate.low is None or estimate.high is None:
        assert 2 * reference.mannwhitneyu([2.0] * counts[0], [1.0] * counts[1], method="exact").pvalue > 1 - confidence
        return
    for ratio, rejected in (
        (estimate.low * 0.9999999, True),
        (estimate.low * 1.0000001, False),
        (estimate.high * 0.9999999, False),
        (estimate.high * 1.0000001, True),
    ):
        test = reference.mannwhitneyu(above, ratio * below, method="exact")
        assert bool(test.pvalue <= 1 - confidence) is rejected


SHAPES = {
    "lognormal": lambda generator, size: np.exp(0.1 * generator.normal(size=size)),
    "exponential tail": lambda generator, size: 1 + generator.exponential(0.3, size=size),
    "every fifth disturbed": lambda generator, size: np.exp(
        np.where(generator.random(size) < 0.2, 0.5, 0.05) * generator.normal(size=size)
    ),
    "two humps": lambda generator, size: (
        np.exp(0.03 * generator.normal(size=size)) * np.where(generator.random(size) < 0.45, 1.3, 1.0)
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("counts", [(6, 6), (6, 20), (20, 20)])
def test_intervals_cover_the_true_factor_as_often_as_they_say(shape: str, counts: tuple[int, int]) -> None:
    generator = np.random.default_rng(1)
    above, below = (SHAPES[shape](generator, (2000, count)) for count in counts)
    estimates = [estimate_unpaired_ratio((1.5 * a).tolist(), b.tolist()) for a, b in zip(above, below, strict=True)]
    covered = np.mean([each.low <= 1.5 <= each.high for each in estimates])
    assert 0.94 < covered < 0.975


def test_an_outlier_moves_nothing() -> None:
    level = [1.0, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07, 1.08]
    spoiled = [*level[:-1], 1e9]
    assert estimate_unpaired_ratio(spoiled, level) == estimate_unpaired_ratio([*level[:-1], 2.0], level)


def test_many_rounds_count_as_the_medians_of_a_hundred_stretches() -> None:
    medians = np.linspace(1.0, 2.0, MOST_BLOCKS)
    rounds = np.stack([medians - 0.001, medians, medians + 10], axis=1).ravel().tolist()
    blocks = estimate_unpaired_ratio(medians.tolist(), medians.tolist())
    assert estimate_unpaired_ratio(rounds, rounds) == replace(blocks, count=3 * MOST_BLOCKS)
    assert blocks.count == MOST_BLOCKS, "so many are not put together yet"


def test_the_ratio_of_a_to_b_is_one_over_that_of_b_to_a() -> None:
    generator = np.random.default_rng(5)
    above, below = (generator.lognormal(size=count).tolist() for count in (6, 9))
    there, back = estimate_unpaired_ratio(above, below), estimate_unpaired_ratio(below, above)
    assert (there.median, there.low, there.high) == pytest.approx((1 / back.median, 1 / back.high, 1 / back.low))


@pytest.mark.parametrize(("above", "below"), [([], [1.0]), ([1.0], [])])
def test_no_value_has_no_ratio(above: list[float], below: list[float]) -> None:
    with pytest.raises(ValueError, match="at least one value on each side"):
        estimate_unpaired_ratio(above, below)


@pytest.mark.parametrize(("above", "below"), [([0.0], [1.0]), ([1.0], [2.0, -1.0])])
def test_nothing_is_divided_by_zero(above: list[float], below: list[float]) -> None:
    with pytest.raises(ValueError, match="values above 0"):
        estimate_unpaired_ratio(above, below)
