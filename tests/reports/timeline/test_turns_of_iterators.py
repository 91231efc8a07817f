"""Iterators with the same stages: epochs of one pipeline, whose numbers return, or two pipelines at once."""

import numpy as np
import pytest

from reports.timeline.pipelines import _is_apart
from reports.xplane.periods import EMPTY, Periods

MICROSECOND = 1_000_000


def ask(*runs: tuple[int, int], later: int = 0) -> Periods:
    """Calls of half a microsecond, one each: from the first microsecond of a run on, so many."""
    starts = [MICROSECOND * (begin + number) + later for begin, count in runs for number in range(count)]
    return np.array([(start, start + MICROSECOND // 2) for start in starts], dtype=np.int64).reshape(-1, 2)


@pytest.mark.parametrize(
    ("life", "lives"),
    [
        (ask((0, 5)), [ask((5, 7))]),
        (ask((5, 7)), [ask((0, 5)), ask((12, 3))]),
        (EMPTY, [ask((0, 3))]),
        (EMPTY, [EMPTY]),
        (ask((4, 11)), [ask((0, 4), (15, 11))]),
        (ask((4, 11), (26, 2)), [ask((0, 4), (15, 11))]),
        (ask((0, 4), (26, 11)), [ask((4, 11), (37, 3)), ask((15, 11))]),
    ],
    ids=["two", "three", "never asked", "neither", "a number returns", "both return", "three and four"],
)
def test_epochs_are_one_pipeline(life: Periods, lives: list[Periods]) -> None:
    assert _is_apart(life, lives)


@pytest.mark.parametrize(
    ("life", "lives"),
    [
        (ask((0, 5)), [ask((0, 5), later=MICROSECOND // 4)]),
        (ask((100, 20)), [ask((0, 100), (120, 100))]),
        (ask(*((2 * each, 1) for each in range(20))), [ask(*((2 * each + 1, 1) for each in range(20)))]),
        (ask((0, 3), (8, 5)), [ask((3, 5), (13, 9))]),
    ],
    ids=["overlap", "validation in between", "lockstep", "unequal"],
)
def test_iterators_that_go_on_are_two_pipelines(life: Periods, lives: list[Periods]) -> None:
    assert not _is_apart(life, lives)
