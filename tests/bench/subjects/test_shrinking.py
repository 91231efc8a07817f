"""A pipeline that is built with small buffers or without caches."""

import pytest
import tensorflow as tf

from bench.subjects.shrinking import BASE, is_shrinking, shrink_buffers


def build() -> tf.data.Dataset:
    numbers = tf.data.Dataset.range(20).shuffle(100).cache()
    mixed = numbers.interleave(lambda start: tf.data.Dataset.range(start, start + 2).shuffle(50).prefetch(7))
    return mixed.shuffle(tf.constant(30, tf.int64)).batch(2).prefetch(9)


def list_stages(dataset: tf.data.Dataset) -> list[tf.data.Dataset]:
    return [dataset, *(below for each in dataset._inputs() for below in list_stages(each))]


def read_sizes(dataset: tf.data.Dataset) -> list[int]:
    return [int(each._buffer_size) for each in list_stages(dataset) if hasattr(each, "_buffer_size")]


def name_stages(dataset: tf.data.Dataset) -> list[str]:
    return [type(each).__name__.strip("_").removesuffix("Dataset") for each in list_stages(dataset)]


def test_nothing_is_changed_unless_it_is_asked_for_and_the_sizes_are_listed() -> None:
    with shrink_buffers() as asked:
        dataset = build()
        assert not is_shrinking()
    assert asked == [100, 50, 30]
    assert read_sizes(dataset) == [9, 30, 100]
    assert name_stages(dataset) == ["Prefetch", "Batch", "Shuffle", "Interleave", "Cache", "Shuffle", "Range"]


def test_small_shuffles_and_prefetches_give_the_same_elements() -> None:
    with shrink_buffers(shuffle=2, prefetch=1) as asked:
        assert is_shrinking()
        dataset = build()
    assert not is_shrinking()
    assert asked == [100, 50, 30]
    assert read_sizes(dataset) == [1, 2, 2]
    given = sorted(int(number) for batch in dataset for number in batch)
    assert given == sorted([*range(20), *range(1, 21)])


def test_caches_are_left_out() -> None:
    with shrink_buffers(drops_caches=True):
        assert is_shrinking()
        dataset = build()
    assert "Cache" not in name_stages(dataset)
    assert read_sizes(dataset) == [9, 30, 100]


def test_a_size_that_only_a_graph_knows_counts_as_none() -> None:
    with shrink_buffers(shuffle=2) as asked:
        dataset = tf.data.Dataset.range(1, 3).flat_map(lambda size: tf.data.Dataset.range(4).shuffle(size))
    assert asked == [0]
    assert sum(1 for _ in dataset) == 8


def test_one_may_shrink_inside_of_the_other() -> None:
    with shrink_buffers(shuffle=2):
        with shrink_buffers(prefetch=1, drops_caches=True):
            assert read_sizes(build()) == [1, 2, 2]
        assert is_shrinking()
        assert read_sizes(build()) == [9, 2, 2]
    assert not is_shrinking()


def test_the_methods_are_as_before_also_after_an_error() -> None:
    before = BASE.shuffle, BASE.prefetch, BASE.cache
    with pytest.raises(KeyError), shrink_buffers(shuffle=2):
        raise KeyError
    assert (BASE.shuffle, BASE.prefetch, BASE.cache) == before
    assert not is_shrinking()
