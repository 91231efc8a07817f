"""Sets of time, against the same sets written out instant by instant."""

import numpy as np
import pytest

from reports.xplane.periods import Period, add_up, intersect, merge, subtract


def draw(seed: int) -> list[Period]:
    generator = np.random.default_rng(seed)
    starts = generator.integers(0, 60, generator.integers(0, 8)).tolist()
    return [(start, start + int(generator.integers(-2, 12))) for start in starts]


def instants(periods: list[Period]) -> set[int]:
    return {instant for start, end in periods for instant in range(start, end)}


@pytest.mark.parametrize("seed", range(200))
def test_every_operation_does_what_sets_do(seed: int) -> None:
    first, second = draw(seed), draw(seed + 1000)
    left, right = merge(first), merge(second)
    assert instants(left) == instants(first)
    assert instants(intersect(left, right)) == instants(first) & instants(second)
    assert instants(subtract(left, right)) == instants(first) - instants(second)
    assert add_up(left) == len(instants(first))
    for result in (left, intersect(left, right), subtract(left, right)):
        assert result == merge(result), "the result is merged too"


def test_neighbours_become_one_and_backward_ones_go() -> None:
    assert merge([(5, 9), (0, 3), (3, 5), (20, 10), (12, 12)]) == [(0, 9)]
