"""A dataset's graph, written and read back: what comes out gives the same, and what ties a dataset to its process."""

from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from bench.programs.graph import DatasetGraph, NotCarriedError, load_graph, read_dataset
from bench.subjects.elements import count_bytes

Dataset = tf.data.Dataset
Pair = namedtuple("Pair", "image label")  # as people write it
RAGGED = tf.ragged.constant([[1], [2, 3], [], [4]])
SPARSE = tf.sparse.from_dense([[1, 0], [0, 2], [0, 0]])


def carry(dataset: tf.data.Dataset, folder: Path) -> DatasetGraph:
    read_dataset(dataset).write(folder)
    return load_graph(folder)


def flatten(dataset: tf.data.Dataset) -> list[list[object]]:
    """The values of all elements, ragged and sparse ones by their parts."""
    return [
        [np.asarray(part).tolist() for part in tf.nest.flatten(element, expand_composites=True)] for element in dataset
    ]


DATASETS: dict[str, Callable[[], tf.data.Dataset]] = {
    "batches": lambda: Dataset.range(10).batch(3),
    "dictionary": lambda: Dataset.from_tensor_slices({"x": [1, 2], "y": (["a", "b"], [0.5, 1.5])}).batch(2),
    "ragged": lambda: Dataset.from_tensor_slices(RAGGED).batch(2),
    "sparse": lambda: Dataset.from_tensor_slices(SPARSE).batch(2),
    "none": lambda: Dataset.from_tensors((1, None)),
    "filtered": lambda: Dataset.range(9).filter(lambda x: x > 3),
    "asserted": lambda: Dataset.range(9).filter(lambda x: x > 3).apply(tf.data.experimental.assert_cardinality(5)),
    "zip": lambda: Dataset.zip(Dataset.range(3), Dataset.range(5).repeat()),
    "interleave": lambda: Dataset.range(4).interleave(Dataset.range, cycle_length=2),
    "cached": lambda: Dataset.range(4).map(lambda x: x * 2).cache().repeat(2),
    "bucket": lambda: (
        Dataset.range(1, 6)
        .map(tf.range)
        .bucket_by_sequence_length(lambda x: tf.shape(x)[0], bucket_boundaries=[3], bucket_batch_sizes=[2, 2])
    ),
    "options": lambda: Dataset.range(4).with_options(_make_options()),
    "shuffled once": lambda: Dataset.range(20).shuffle(20, seed=3, reshuffle_each_iteration=False),
}


def _make_options() -> tf.data.Options:
    options = tf.data.Options()
    options.deterministic = False
    options.threading.private_threadpool_size = 1
    return options


@pytest.mark.parametrize("name", DATASETS)
def test_what_was_carried_gives_the_same(name: str, tmp_path: Path) -> None:
    dataset = DATASETS[name]()
    carried = carry(dataset, tmp_path).build()
    assert carried.element_spec == dataset.element_spec
    assert carried.cardinality() == dataset.cardinality()
    assert flatten(carried) == flatten(dataset)


def test_a_seeded_shuffle_gives_its_orders_again(tmp_path: Path) -> None:
    shuffled, alike = (Dataset.range(50).shuffle(50, seed=3).batch(50) for _ in range(2))
    carried = carry(shuffled, tmp_path).build()
    assert [flatten(carried) for _ in range(3)] == [flatten(alike) for _ in range(3)]


def test_a_shuffle_without_a_seed_has_an_order_of_its_own_every_time(tmp_path: Path) -> None:
    carried = carry(Dataset.range(1000).shuffle(1000).batch(1000), tmp_path).build()
    (first,), (second,) = flatten(carried), flatten(carried)
    assert first != second
    assert sorted(first[0]) == sorted(second[0]) == list(range(1000))


def test_a_named_tuple_keeps_its_names(tmp_path: Path) -> None:
    carried = carry(Dataset.range(2).map(lambda x: Pair(x, -x)), tmp_path).build()
    assert [element.label.numpy() for element in carried] == [0, -1]


def test_a_window_is_a_dataset_there_too(tmp_path: Path) -> None:
    (first, *_) = carry(Dataset.range(5).window(2), tmp_path).build()
    assert [int(each) for each in first] == [0, 1]
    assert count_bytes(next(iter(carry(Dataset.range(5).window(2), tmp_path).build()))) == 0


@pytest.mark.parametrize(
    ("make", "batched", "is_endless"),
    [
        (lambda: Dataset.range(4).batch(2), True, False),
        (lambda: Dataset.range(4), False, False),
        (lambda: Dataset.range(4).batch(2).filter(lambda x: x[0] > 0).repeat(), True, True),
        (lambda: Dataset.range(4).batch(2).unbatch(), False, False),
    ],
)
def test_what_only_the_stages_tell_is_carried_beside_them(make, batched: bool, is_endless: bool, tmp_path: Path):
    carried = carry(make(), tmp_path)
    assert (carried.batched, carried.is_endless) == (batched, is_endless)


def test_shuffles_shrink_and_tell_their_sizes() -> None:
    graph = read_dataset(Dataset.range(1000).shuffle(700, seed=1).shuffle(5, seed=1).batch(2))
    assert graph.shuffle_sizes == (700, 5)
    small = graph.shrink(8)
    assert small.shuffle_sizes == (8, 5)
    assert graph.shuffle_sizes == (700, 5)
    assert max(flatten(small.build().take(1))[0][0]) < 8 + 5 + 2


@pytest.mark.parametrize("call", [tf.numpy_function, tf.py_function])
def test_what_calls_python_is_tied_to_its_process(call, tmp_path: Path) -> None:
    dataset = Dataset.range(3).map(lambda x: call(lambda y: y, [x], tf.int64))
    with pytest.raises(NotCarriedError, match="^it calls Python, by numpy_function, py_function or from_generator$"):
        read_dataset(dataset).write(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_generator_is_found_inside_a_function_of_a_stage_too() -> None:
    def make(_: tf.Tensor) -> tf.data.Dataset:
        return Dataset.from_generator(lambda: iter([1]), output_signature=tf.TensorSpec((), tf.int32))

    assert read_dataset(Dataset.range(2).flat_map(make)).find_tie().startswith("it calls Python")


def test_a_resource_of_the_process_ties_a_dataset_to_it() -> None:
    iterator = iter(Dataset.range(9))
    queue = tf.queue.FIFOQueue(3, [tf.int32], shapes=[()])
    tie = "it uses a table, an iterator or a queue that only this process has"
    assert read_dataset(Dataset.range(3).map(lambda x: x + next(iterator))).find_tie() == tie
    assert read_dataset(Dataset.range(3).map(lambda _: queue.dequeue())).find_tie() == tie


def test_tables_and_variables_go_along() -> None:
    values = tf.lookup.KeyValueTensorInitializer(["a"], [1])
    table, variable = tf.lookup.StaticHashTable(values, -1), tf.Variable(2)
    assert read_dataset(Dataset.from_tensor_slices(["a", "b"]).map(table.lookup).cache().shuffle(2)).find_tie() == ""
    assert read_dataset(Dataset.range(2).map(lambda x: tf.cast(x, tf.int32) + variable)).find_tie() == ""


class Masked(tf.experimental.ExtensionType):
    values: tf.Tensor


def test_elements_of_a_type_of_ones_own_are_tied_to_the_process() -> None:
    graph = read_dataset(Dataset.from_tensors(Masked(tf.constant([1, 2]))))
    assert graph.find_tie() == "its elements are of a type that only this process has"
