"""What a pipeline gives at a time: whether it holds several examples, how many, and how many bytes."""

import numpy as np
import pytest
import tensorflow as tf

from bench.subjects.elements import count_bytes, count_examples, is_batched

D = tf.data.Dataset


def numbers() -> tf.data.Dataset:
    return D.range(10)


def lengths() -> tf.data.Dataset:
    return numbers().map(lambda number: tf.fill([number], number))


BATCHED = {
    "batch": lambda: numbers().batch(2),
    "batch of one size": lambda: numbers().batch(2, drop_remainder=True).map(lambda batch: batch + 1).prefetch(1),
    "padded": lambda: lengths().padded_batch(2),
    "ragged": lambda: lengths().ragged_batch(2),
    "buckets": lambda: lengths().bucket_by_sequence_length(lambda each: tf.shape(each)[0], [4], [2, 2]),
    "groups": lambda: numbers().group_by_window(lambda number: number % 2, lambda _, group: group.batch(2), 2),
    "batched anew": lambda: D.from_tensors(np.ones((10, 2))).rebatch(5),
    "batched in files": lambda: numbers().interleave(lambda number: D.range(number).batch(2)),
    "batches of one size in files": lambda: numbers().interleave(
        lambda number: D.range(9).batch(2, drop_remainder=True).map(lambda batch: batch + number), num_parallel_calls=2
    ),
    "batches of one size in folders": lambda: numbers().flat_map(
        lambda _: numbers().interleave(lambda _: numbers().batch(2, drop_remainder=True).prefetch(1))
    ),
    "mixed": lambda: D.sample_from_datasets(
        [numbers().batch(2, drop_remainder=True), numbers().batch(3, drop_remainder=True)]
    ),
    "zip": lambda: D.zip((numbers().batch(2), numbers().batch(2))),
    "generator": lambda: D.from_generator(lambda: iter([np.ones((3, 2))]), output_signature=tf.TensorSpec((None, 2))),
    "sparse": lambda: numbers().map(lambda number: tf.sparse.from_dense([number])).batch(2),
}
SINGLE = {
    "numbers": numbers,
    "pictures": lambda: D.from_tensors(np.ones((28, 28))).map(lambda picture: picture / 255),
    "unbatched": lambda: numbers().batch(2).unbatch().map(lambda number: number + 1),
    "flat": lambda: numbers().batch(2).flat_map(D.from_tensor_slices),
    "files": lambda: numbers().interleave(D.range, num_parallel_calls=2).shuffle(3),
}


@pytest.mark.parametrize("name", BATCHED)
def test_several_examples_at_a_time(name: str) -> None:
    assert is_batched(BATCHED[name]())


@pytest.mark.parametrize("name", SINGLE)
def test_one_example_at_a_time(name: str) -> None:
    assert not is_batched(SINGLE[name]())


RAGGED = tf.ragged.constant([[1, 2, 3], [], [4]])
SPARSE = tf.sparse.from_dense([[0, 1], [2, 0]])


@pytest.mark.parametrize(
    ("element", "number"),
    [
        (tf.zeros((5, 2)), 5),
        (tf.zeros((0, 2)), 0),
        ((tf.zeros((4, 2)), tf.zeros(4)), 4),
        ({"b": tf.zeros((3, 1)), "a": tf.zeros((3, 7))}, 3),
        (RAGGED, 3),
        (SPARSE, 2),
        (np.zeros((6, 2)), 6),
        (np.float32(1), 1),
        (tf.constant(1.0), 1),
        ((), 1),
    ],
)
def test_the_examples_of_a_batch_are_counted(element: object, number: int) -> None:
    counted = count_examples(element, batched=True)
    assert counted == number
    assert type(counted) is int
    assert count_examples(element, batched=False) == 1


def test_inside_of_a_graph_the_count_is_a_tensor() -> None:
    @tf.function(input_signature=[tf.TensorSpec((None, 2))])
    def count(batch: tf.Tensor) -> tf.Tensor:
        counted = count_examples(batch, batched=True)
        assert tf.is_symbolic_tensor(counted)
        return counted

    assert int(count(tf.zeros((7, 2)))) == 7
    assert count(tf.zeros((7, 2))).dtype == tf.int64


@pytest.mark.parametrize(
    ("element", "num_bytes"),
    [
        (tf.zeros((5, 2), tf.float32), 40),
        ((tf.zeros(3, tf.uint8), {"label": tf.zeros((), tf.int64)}), 11),
        (tf.constant(["", "ab", "größe"]), 9),
        (tf.constant("abc"), 3),
        (RAGGED, 4 * 4 + 4 * 8),
        (SPARSE, 2 * 4 + 4 * 8 + 2 * 8),
        (np.zeros(4, np.int16), 8),
        (np.float64(1), 8),
        ((), 0),
    ],
)
def test_the_bytes_of_an_element(element: object, num_bytes: int) -> None:
    assert count_bytes(element) == num_bytes


def test_a_dataset_in_an_element_has_no_bytes_of_its_own() -> None:
    (window,) = tf.data.Dataset.range(3).window(3)
    assert count_bytes(window) == 0
