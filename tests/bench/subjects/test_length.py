"""Which datasets never end, and how many examples the others say they have, held to those that come."""

from collections.abc import Callable

import pytest
import tensorflow as tf

from bench.subjects.elements import count_examples, is_batched
from bench.subjects.length import count_declared, count_elements, is_endless

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


NUMBERS = tf.data.Dataset.range(100)


def add_one(number: tf.Tensor) -> tf.Tensor:
    return number + 1


def halve(batch: tf.Tensor) -> tf.Tensor:
    return batch[::2]


KNOWN: dict[str, Callable[[], tf.data.Dataset]] = {
    "single examples": lambda: NUMBERS.map(add_one).repeat(3),
    "batches": lambda: NUMBERS.batch(32),
    "parallel batches": lambda: NUMBERS.batch(32, num_parallel_calls=2).prefetch(1),
    "full batches": lambda: NUMBERS.batch(32, drop_remainder=True).map(add_one),
    "padded batches": lambda: NUMBERS.padded_batch(8).shuffle(3).cache(),
    "ragged batches": lambda: NUMBERS.ragged_batch(8),
    "repeated batches": lambda: NUMBERS.batch(32).map(add_one, num_parallel_calls=2).repeat(2).prefetch(1),
    "one batch": lambda: NUMBERS.batch(1000),
    "batches of batches": lambda: NUMBERS.batch(5).batch(6),
    "options": lambda: NUMBERS.batch(7).with_options(tf.data.Options()),
}
UNKNOWN: dict[str, Callable[[], tf.data.Dataset]] = {
    "a filter": lambda: NUMBERS.filter(lambda number: number > 3).batch(32),
    "no end": lambda: NUMBERS.batch(32).repeat(),
    "a map of batches to smaller ones": lambda: NUMBERS.batch(32).map(halve),
    "some of the batches": lambda: NUMBERS.batch(32).take(2),
}


@pytest.mark.parametrize("kind", KNOWN)
def test_as_many_are_declared_as_come(kind: str) -> None:
    dataset = KNOWN[kind]()
    batched = is_batched(dataset)
    sizes = [count_examples(each, batched=batched) for each in dataset]
    assert count_declared(dataset, max(sizes) if batched else None) == sum(sizes)
    assert count_elements(dataset) == len(sizes)


@pytest.mark.parametrize("kind", UNKNOWN)
def test_what_the_stages_do_not_tell_is_not_known(kind: str) -> None:
    dataset = UNKNOWN[kind]()
    assert count_declared(dataset, max(len(each) for each in dataset.take(9))) is None
