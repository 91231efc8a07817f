"""How long the ticks of a clock are, where values show it, and where they do not."""

import numpy as np
import pytest

from reports.stats.ticks import average_ticks, find_tick


def draw(count: int, ticks: tuple[int, ...], noise: float = 0.0) -> list[float]:
    lots = np.random.default_rng(count)
    return ((lots.choice(ticks, count) + lots.uniform(-noise, noise, count)) * 1e-7).tolist()


@pytest.mark.parametrize(
    ("values", "tick"),
    [
        (draw(40, (24, 25)), 1e-7),
        (draw(400, (24, 25, 27)), 1e-7),
        (draw(400, (24, 26, 28), noise=0.001), 2e-7),
        (draw(400, (0, 0, 1)), 1e-7),
        ([0.0] * 60, 0.0),
        (draw(39, (24, 25)), 0.0),
        (draw(400, (24,)), 0.0),
        (draw(400, (24, 25), noise=0.3), 0.0),
        ([1 + number / 100 for number in range(100)], 0.0),
    ],
    ids=["two", "three", "noise", "zeros", "nothing", "few", "one", "blurred", "even"],
)
def test_ticks_are_found_where_values_repeat(values: list[float], tick: float) -> None:
    assert find_tick(values) == pytest.approx(tick, rel=1e-3)


def test_the_average_is_of_the_middle_and_at_least_a_half_of_one_tick() -> None:
    values = np.array([1.0] * 10 + [2.0] * 9 + [100.0])
    assert average_ticks(values, 1.0) == pytest.approx((9 * 1.0 + 9 * 2.0) / 18)
    assert average_ticks(np.array([0.0] * 39 + [1.0]), 1.0) == pytest.approx(1 / 40)
    assert average_ticks(np.zeros(20), 1.0) == pytest.approx(0.5 / 20)
