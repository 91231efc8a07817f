"""From which batch size on a GPU wins: by intervals, on both sides of 1, and with sizes in doubt."""

import pytest

from reports.stats.crossover import Crossover, describe_crossover, find_crossover, find_paying_epoch
from reports.stats.median import Estimate

WIN, LOSS, OPEN = Estimate(2.0, 1.5, 2.5, 6), Estimate(0.5, 0.4, 0.6, 6), Estimate(1.1, 0.9, 1.3, 6)
TOO_FEW = Estimate(3.0, None, None, 5)


@pytest.mark.parametrize(
    ("ratios", "first_size", "text"),
    [
        ([LOSS, LOSS, WIN, WIN], 128, "from batch size 128 on"),
        ([WIN, WIN, WIN, WIN], 1, "from batch size 1 on"),
        ([LOSS, LOSS, LOSS, WIN], 2048, "from batch size 2048 on"),
        ([LOSS, OPEN, WIN, WIN], 128, "from batch size 128 on; not to be told at 8"),
        ([WIN, LOSS, WIN, WIN], 128, "from batch size 128 on"),
        ([LOSS, WIN, OPEN, WIN], 2048, "from batch size 2048 on; not to be told at 128"),
        ([LOSS, LOSS, LOSS, LOSS], None, "at no batch size up to 2048"),
        ([LOSS, LOSS, LOSS, OPEN], None, "not to be told at 2048; slower at 1, 8, 128"),
        ([LOSS, WIN, WIN, LOSS], None, "not to be told; faster at 8, 128; slower at 1, 2048"),
        ([OPEN, OPEN, OPEN, OPEN], None, "not to be told at 1, 8, 128, 2048"),
        ([LOSS, LOSS, WIN, TOO_FEW], None, "not to be told at 2048; faster at 128; slower at 1, 8"),
        ([TOO_FEW] * 4, None, "not to be told at 1, 8, 128, 2048"),
    ],
)
def test_where_the_gpu_starts_to_win(ratios: list[Estimate], first_size: int | None, text: str) -> None:
    crossover = find_crossover(dict(zip((1, 8, 128, 2048), ratios, strict=True)))
    assert crossover.first_size == first_size
    assert describe_crossover(crossover) == text


def test_an_interval_that_touches_1_decides_nothing() -> None:
    assert find_crossover({1: Estimate(1.1, 1.0, 1.2, 6)}) == Crossover((), (), (1,))
    assert find_crossover({1: Estimate(1.1, 1.0001, 1.2, 6)}) == Crossover((1,), (), ())
    assert find_crossover({1: Estimate(0.9, 0.8, 1.0, 6)}) == Crossover((), (), (1,))
    assert find_crossover({1: Estimate(0.9, 0.8, 0.9999, 6)}) == Crossover((), (1,), ())


def test_sizes_are_told_in_ascending_order() -> None:
    assert find_crossover({128: WIN, 8: WIN, 32: WIN}).wins == (8, 32, 128)


@pytest.mark.parametrize(
    ("first", "later", "other_first", "other_later", "epoch"),
    [  # after e epochs: first + (e - 1) later
        (800.0, 50.0, 300.0, 300.0, 4),  # 800, 850, 900, 950 against 300, 600, 900, 1200: level after 3
        (799.0, 50.0, 300.0, 300.0, 3),
        (801.0, 50.0, 300.0, 300.0, 4),
        (300.0, 50.0, 300.0, 300.0, 2),  # level after one
        (299.0, 50.0, 300.0, 300.0, 1),
        (1300.0, 299.0, 300.0, 300.0, 1002),
        (800.0, 300.0, 300.0, 300.0, None),
        (800.0, 301.0, 300.0, 300.0, None),
        (100.0, 301.0, 300.0, 300.0, None),  # ahead at first, and then ever less
    ],
)
def test_a_slow_start_pays_from_where_the_sums_cross(first, later, other_first, other_later, epoch) -> None:
    assert find_paying_epoch(first, later, other_first, other_later) == epoch
