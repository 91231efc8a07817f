"""The gate's statistics: by hand, against enumeration and SciPy, on every kind of noise, for the smallest counts."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats as reference

from reports.stats.signflip import count_flips, estimate_shift, find_first_look, find_smallest_effect, sign_flip_p_value


@pytest.mark.parametrize(
    ("differences", "p_value"),
    [
        ([], 1.0),
        ([0.3], 1 / 2),
        ([-0.3], 1.0),
        ([0.0], 1.0),
        ([0.1, 0.2], 1 / 4),
        ([-0.1, 0.2], 2 / 4),  # 0.2 alone or with 0.1: (+,+) and (-,+) are at least as large
        ([0.1, -0.2], 3 / 4),
        ([0.1, 0.2, 0.25], 1 / 8),
        ([-0.1, 0.2, 0.25], 2 / 8),
        ([0.1, 0.2, -0.25], 4 / 8),  # sums of heads: 0, .1, .2, .25, .3, .35, .45, .55; .3 and above
        ([0.2, 0.2, 0.2, 0.2], 1 / 16),
        ([-0.2, 0.2, 0.2, 0.2], 5 / 16),  # ties: the one with four heads and the four with three
        ([0.0, 0.2, 0.2, 0.2], 2 / 16),  # a zero is either way
        ([0.0, 0.0, 0.0, 0.2], 8 / 16),
        ([0.0, 0.0, 0.0, 0.0], 1.0),
    ],
)
def test_p_values_by_hand(differences: list[float], p_value: float) -> None:
    assert sign_flip_p_value(differences) == p_value


def test_the_margin_takes_from_every_difference() -> None:
    assert sign_flip_p_value([0.02, 0.03], 0.01) == 1 / 4
    assert sign_flip_p_value([0.02, 0.005], 0.01) == 2 / 4
    assert sign_flip_p_value([0.01, 0.01, 0.01], 0.01) == 1.0, "exactly at the margin is not above it"
    assert sign_flip_p_value([0.0, 0.0], 0.01) == 1.0
    assert sign_flip_p_value([0.01 + 1e-4] * 3, 0.01) == 1 / 8


def enumerated(sizes: list[int], total: int) -> float:
    sums = [sum(itertools.compress(sizes, heads)) for heads in itertools.product((0, 1), repeat=len(sizes))]
    return sum(each >= total for each in sums) / 2 ** len(sizes)


@pytest.mark.parametrize("count", [1, 2, 5, 8, 12])
def test_the_distribution_equals_the_enumerated_one(count: int) -> None:
    sizes = np.random.default_rng(count).integers(0, 9, count).tolist()
    probabilities = count_flips(sizes)
    assert probabilities.sum() == 1.0
    for total in range(sum(sizes) + 1):
        assert probabilities[total:].sum() == pytest.approx(enumerated(sizes, total), abs=1e-15)


@pytest.mark.parametrize("count", [5, 8, 11, 12])
def test_unclipped_p_values_equal_scipys_permutation_test(count: int) -> None:
    # the median is 800, so the clip is 1200, which none reaches, and a score is the value itself
    signs = np.random.default_rng(count).choice([-1, 1, 1], count)
    values = (800.0 + 20 * (np.arange(count) - (count - 1) / 2)) * signs
    expected = reference.permutation_test(
        (values,), np.sum, permutation_type="samples", alternative="greater", n_resamples=np.inf
    )
    assert sign_flip_p_value(values.tolist()) == pytest.approx(expected.pvalue, abs=1e-12)


def test_an_outlier_counts_for_no_more_than_the_clip() -> None:
    calm = [0.04, 0.05, 0.06, 0.05, 0.04, 0.06, 0.05, 0.04, 0.06, 0.05, 0.05]
    assert sign_flip_p_value([*calm, -0.07]) == sign_flip_p_value([*calm, -9.0]) < 0.01
    assert sign_flip_p_value([*calm, 9.0]) == 1 / 2**12


@pytest.mark.parametrize("margin", [0.001, 0.01, 0.1])
def test_a_margin_never_lowers_a_p_value(margin: float) -> None:
    draws = np.random.default_rng(5).standard_t(2, size=(200, 9)) * 0.05
    assert all(sign_flip_p_value(row, margin) >= sign_flip_p_value(row) for row in draws.tolist())


def heavy(rng: np.random.Generator, pairs: int) -> np.ndarray:
    return rng.standard_cauchy(pairs) * 0.03


def drifting(rng: np.random.Generator, pairs: int) -> np.ndarray:
    """What the second of a pair has on the first: grows from pair to pair, and has a memory."""
    return np.cumsum(rng.normal(0.01, 0.02, pairs))


def two_humped(rng: np.random.Generator, pairs: int) -> np.ndarray:
    return rng.choice([-0.06, 0.0, 0.06], pairs) + rng.normal(0, 0.001, pairs)


@pytest.mark.parametrize("noise", [heavy, drifting, two_humped])
@pytest.mark.parametrize("margin", [0.0, 0.01])
def test_whatever_the_noise_p_values_are_never_too_small(noise, margin: float) -> None:
    rng = np.random.default_rng(7)
    trials = [noise(rng, 12) * rng.choice([-1, 1], 12) for _ in range(2000)]  # which one is head is drawn by lot
    p_values = np.array([sign_flip_p_value(trial.tolist(), margin) for trial in trials])
    for level in (0.01, 0.05, 0.2, 0.5):
        alarms = int((p_values <= level).sum())
        assert reference.binomtest(alarms, 2000, level, alternative="greater").pvalue > 0.001
        if margin == 0:
            assert reference.binomtest(alarms, 2000, level, alternative="less").pvalue > 0.001, "nor too large"


def test_without_the_lot_drift_would_pass_for_a_regression() -> None:
    rng = np.random.default_rng(7)
    p_values = np.array([sign_flip_p_value(drifting(rng, 12).tolist()) for _ in range(500)])
    assert (p_values <= 0.01).mean() > 0.3


SQUARE = ((1, 1), (1, -1), (-1, 1), (-1, -1))  # head in one slot or the other, head first or second


def draw_freely(rng: np.random.Generator) -> list[tuple[int, int]]:
    """Every pair on its own."""
    return [SQUARE[at] for at in rng.integers(4, size=12)]


def draw_squares(rng: np.random.Generator) -> list[tuple[int, int]]:
    """Of every four pairs, each combination once, in random order."""
    return [SQUARE[at] for _ in range(3) for at in rng.permutation(4)]


@pytest.mark.parametrize(
    ("draw", "noise", "is_sound"),
    [
        (draw_freely, lambda _number: 0.03, True),
        (draw_freely, lambda number: 0.03 * (-1) ** number, True),
        (draw_squares, lambda _number: 0.03, True),
        (
            draw_squares,
            lambda number: 0.03 * (-1) ** number,
            False,
        ),  # four signs agree once in 6 times, where a coin makes them agree once in 16
    ],
)
def test_the_pairs_of_a_case_must_not_be_balanced_among_themselves(draw, noise, is_sound: bool) -> None:
    rng = np.random.default_rng(11)
    p_values = np.array(
        [
            sign_flip_p_value(
                [
                    slot * noise(number) + 0.01 * first + rng.normal(0, 0.002)
                    for number, (slot, first) in enumerate(draw(rng))
                ]
            )
            for _ in range(1000)
        ]
    )
    alarms = int((p_values <= 0.02).sum())
    assert bool(reference.binomtest(alarms, 1000, 0.02, alternative="greater").pvalue > 0.001) is is_sound


def test_a_shift_by_hand() -> None:
    # Walsh averages of 1, 2, 6: 1, 1.5, 2, 3.5, 4, 6
    assert estimate_shift([6.0, 1.0, 2.0]).median == 2.75
    assert estimate_shift([7.0]).median == 7.0
    with pytest.raises(ValueError, match="at least one difference"):
        estimate_shift([])


@pytest.mark.parametrize(
    ("differences", "interval"),
    [
        ([1.0], (None, None)),
        ([1.0, 2.0], (None, None)),
        ([1.0, 2.0, 3.0, 4.0], (None, None)),  # 2^-4 is above 5 %
        ([1.0, 2.0, 3.0, 4.0, 5.0], (1.0, 5.0)),  # P(T <= 0) = 1/32, P(T <= 1) = 2/32
        ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], (2.0, 5.0)),  # P(T <= 2) = 3/64: two averages, 6 and 5.5, lie above
        ([1.0, 2.0, 3.0, 4.0, 5.0, 600.0], (2.0, 302.0)),  # 600 and 302.5 lie above
    ],
)
def test_intervals_by_hand(differences: list[float], interval) -> None:
    estimate = estimate_shift(differences)
    assert (estimate.low, estimate.high, estimate.count) == (*interval, len(differences))


def test_the_interval_is_where_scipys_signed_rank_test_does_not_reject() -> None:
    values = np.random.default_rng(3).normal(0.05, 0.03, 12)
    estimate = estimate_shift(values.tolist())

    def p_value(shift: float, alternative: str) -> float:
        return reference.wilcoxon(values - shift, method="exact", alternative=alternative).pvalue

    for end, inwards, alternative in ((estimate.low, 1e-9, "greater"), (estimate.high, -1e-9, "less")):
        assert p_value(end + inwards, alternative) > 0.05 >= p_value(end - inwards, alternative)


def test_each_end_holds_as_often_as_it_says() -> None:
    draws = np.random.default_rng(2).normal(0.0, 0.03, size=(2000, 12)).tolist()
    estimates = [estimate_shift(row) for row in draws]
    assert 0.94 < np.mean([each.low <= 0 for each in estimates]) < 0.97
    assert 0.94 < np.mean([each.high >= 0 for each in estimates]) < 0.97


@pytest.mark.parametrize(("count", "alpha"), [(12, 0.004), (24, 0.006), (17, 0.0002)])
def test_the_smallest_effect_is_found_as_often_as_it_says(count: int, alpha: float) -> None:
    rng = np.random.default_rng(count)
    noise = rng.normal(0, 0.03, size=(400, count))
    effect = float(np.mean([find_smallest_effect(row, alpha, 0.01) for row in noise.tolist()]))
    found = [sign_flip_p_value((row + effect).tolist(), 0.01) <= alpha for row in noise]
    assert 0.85 < np.mean(found) < 0.99


@pytest.mark.parametrize(
    ("count", "alpha", "possible"), [(1, 0.6, False), (7, 0.01, True), (6, 0.01, False), (8, 2**-8, True)]
)
def test_too_few_pairs_could_have_seen_nothing(count: int, alpha: float, possible: bool) -> None:
    noise = np.linspace(-0.02, 0.02, count).tolist()
    assert (find_smallest_effect(noise, alpha, 0.01) is not None) is possible


def test_the_smallest_effect_by_the_tables() -> None:
    # n = 9, s = 0.03, t(8, 0.99) = 2.896, t(8, 0.95) = 1.860 (any table): 0.01 + 4.756 * 0.03 / 3
    values = np.array([-4, -3, -2, -1, 0, 1, 2, 3, 4.0])
    values *= 0.03 / values.std(ddof=1)
    assert find_smallest_effect(values.tolist(), 0.01, 0.01) == pytest.approx(0.05756, abs=1e-5)


@pytest.mark.parametrize(
    ("alpha", "count"),
    [(0.5, 3), (0.01, 11), (0.004, 12), (0.002, 13), (0.004 / 20, 17)],
)
def test_the_first_look_allows_for_one_pair_against(alpha: float, count: int) -> None:
    assert find_first_look(alpha) == count
    tail = [math.comb(count, 0) + math.comb(count, 1), math.comb(count - 1, 0) + math.comb(count - 1, 1)]
    assert tail[0] / 2**count <= alpha < tail[1] / 2 ** (count - 1)
    one_against = [0.05] * (count - 1) + [-0.05]
    assert sign_flip_p_value(one_against) <= alpha
