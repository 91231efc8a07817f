"""Which datasets never end, by their stages."""

from collections.abc import Callable

import pytest
import tensorflow as tf

from bench.subjects.endless import is_endless

D = tf.data.Dataset


def is_even(number: tf.Tensor) -> tf.Tensor:
    return number % 2 == 0


FINITE: dict[str, Callable[[], tf.data.Dataset]] = {
    "a range": lambda: D.range(10).batch(2),
    "a filter": lambda: D.range(10).filter(is_even),
    "a counted repeat of a filter": lambda: D.range(10).filter(is_even).repeat(3),
    "a take of what has no end": lambda: D.range(10).filter(is_even).repeat().take(5).filter(is_even),
    "a take until": lambda: D.range(10).repeat().take_while(is_even),
    "a zip with what ends": lambda: D.zip((D.range(10).filter(is_even), D.range(10).filter(is_even).repeat())),
    "a choice until one of them ends": lambda: D.choose_from_datasets([D.range(3), D.range(4)], D.range(2).repeat()),
    "choices that end": lambda: D.choose_from_datasets(
        [D.range(3).repeat().filter(is_even)] * 2, D.range(2).filter(is_even)
    ),
    "a sample of what ends": lambda: D.sample_from_datasets([D.range(3), D.range(9).filter(is_even)]),
}
ENDLESS: dict[str, Callable[[], tf.data.Dataset]] = {
    "a repeat": lambda: D.range(10).repeat().batch(2),
    "a repeat of a filter": lambda: D.range(10).filter(is_even).repeat().batch(2).prefetch(1),
    "files that are repeated": lambda: D.range(3).repeat().interleave(D.range).filter(is_even),
    "a zip of two": lambda: D.zip((D.range(9).repeat().filter(is_even), D.range(9).filter(is_even).repeat())),
    "a sample of which one never ends": lambda: D.sample_from_datasets(
        [D.range(3).filter(is_even), D.range(9).filter(is_even).repeat()]
    ),
    "something followed by it": lambda: D.range(10).filter(is_even).concatenate(D.range(10).filter(is_even).repeat()),
}


@pytest.mark.parametrize("name", FINITE)
def test_what_may_end(name: str) -> None:
    assert not is_endless(FINITE[name]())


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends(name: str) -> None:
    assert is_endless(ENDLESS[name]())
