"""Pipelines: what comes out, compared with NumPy; where it stands; one pass, many passes, seeds."""

import numpy as np
import pytest
import tensorflow as tf

from mnist_core.digits.load import Digits
from mnist_core.language.errors import InputError
from mnist_core.language.named_orderings import NAMED_ORDERINGS
from mnist_core.language.ordering import parse_ordering
from mnist_core.language.spec import PipelineSpec
from mnist_core.pipeline.build import build_dataset


def drain(dataset: tf.data.Dataset) -> tuple[np.ndarray, np.ndarray]:
    images, labels = zip(*dataset.as_numpy_iterator(), strict=True)
    return np.concatenate(images), np.concatenate(labels)


def spec(text: str, **choices) -> PipelineSpec:
    return PipelineSpec(parse_ordering(text), **choices)


@pytest.mark.parametrize("named", NAMED_ORDERINGS.values(), ids=lambda named: named.name)
def test_one_epoch_of_every_named_ordering_has_each_example_once(named, digits: Digits) -> None:
    dataset = build_dataset(PipelineSpec(named.ordering), digits.train_images, digits.train_labels)
    images, labels = drain(dataset.take(named.ordering.num_batches(200)))
    assert images.dtype == np.float32
    assert labels.shape == (200, 10)
    expected = np.sort((digits.train_images / np.float32(255)).reshape(200, -1).sum(axis=1))
    np.testing.assert_allclose(np.sort(images.reshape(200, -1).sum(axis=1)), expected, rtol=1e-5)
    np.testing.assert_array_equal(labels.sum(axis=0), np.bincount(digits.train_labels, minlength=10))


@pytest.mark.parametrize(
    "text", ["map().batch(32)", "batch(32).map()", "range().batch(32).map()", "range().map().batch(32)"]
)
def test_pictures_and_labels_stay_together_and_are_normalised(text: str, digits: Digits) -> None:
    images, labels = drain(build_dataset(spec(text), digits.train_images, digits.train_labels))
    np.testing.assert_allclose(images, digits.train_images / 255.0, rtol=1e-6)
    np.testing.assert_array_equal(labels, np.eye(10, dtype=np.float32)[digits.train_labels])


def test_sparse_labels_and_raw_pixels_for_a_model_that_normalises(digits: Digits) -> None:
    chosen = spec("map().batch(32)", labels="sparse", normalize="model")
    images, labels = drain(build_dataset(chosen, digits.train_images, digits.train_labels))
    assert (images.dtype, labels.dtype) == (np.uint8, np.int64)
    np.testing.assert_array_equal(images, digits.train_images)
    np.testing.assert_array_equal(labels, digits.train_labels)


def test_without_a_map_the_source_comes_through_as_it_is(digits: Digits) -> None:
    chosen = spec("batch(32)", labels="sparse", normalize="model")
    images, labels = drain(build_dataset(chosen, digits.train_images, digits.train_labels))
    assert (images.dtype, labels.dtype) == (np.uint8, np.uint8)


def test_the_last_batch_is_short_or_dropped(digits: Digits) -> None:
    for text, sizes in (("map().batch(64)", [64, 64, 64, 8]), ("map().batch(64, drop_remainder=True)", [64, 64, 64])):
        dataset = build_dataset(spec(text), digits.train_images, digits.train_labels)
        assert [len(images) for images, _ in dataset.as_numpy_iterator()] == sizes


def test_shuffle_follows_its_own_seed_or_else_that_of_the_spec(digits: Digits) -> None:
    def order(text: str, seed: int) -> list[float]:
        dataset = build_dataset(spec(text, seed=seed), digits.train_images, digits.train_labels)
        return drain(dataset)[0].sum(axis=(1, 2)).tolist()

    assert order("shuffle(200).map().batch(32)", 1) == order("shuffle(200).map().batch(32)", 1)
    assert order("shuffle(200).map().batch(32)", 1) != order("shuffle(200).map().batch(32)", 2)
    assert order("shuffle(200, seed=5).map().batch(32)", 1) == order("shuffle(200, seed=5).map().batch(32)", 2)
    assert order("shuffle(1).map().batch(32)", 1) == order("map().batch(32)", 1)


def test_reshuffling_can_be_turned_off(digits: Digits) -> None:
    for text, same in (("shuffle(200)", False), ("shuffle(200, reshuffle_each_iteration=False)", True)):
        dataset = build_dataset(spec(f"{text}.map().batch(200)"), digits.train_images, digits.train_labels)
        first, second = drain(dataset)[1], drain(dataset)[1]
        assert np.array_equal(first, second) is same


def test_a_finite_repeat_gives_that_many_passes(digits: Digits) -> None:
    dataset = build_dataset(spec("map().batch(200).repeat(3)"), digits.train_images, digits.train_labels)
    assert len(drain(dataset)[0]) == 600
    endless = build_dataset(spec("map().batch(200).repeat()"), digits.train_images, digits.train_labels)
    assert endless.cardinality() == tf.data.INFINITE_CARDINALITY


def test_stage_arguments_reach_tf_data(digits: Digits) -> None:
    text = "cache().map(parallel=3, deterministic=False).batch(7, drop_remainder=True, parallel=2).prefetch(auto)"
    dataset = build_dataset(spec(text), digits.train_images, digits.train_labels)
    prefetch, batch = dataset, dataset._input_dataset
    mapped = batch._input_dataset
    assert prefetch._buffer_size.numpy() == tf.data.AUTOTUNE
    assert (batch._batch_size.numpy(), bool(batch._drop_remainder), batch._num_parallel_calls.numpy()) == (7, True, 2)
    assert (mapped._num_parallel_calls.numpy(), mapped._deterministic) == (3, "false")
    assert type(mapped._input_dataset).__name__ == "CacheDataset"


def test_an_ordering_without_a_batch_is_refused_before_anything_is_built(digits: Digits) -> None:
    with pytest.raises(InputError, match="gives no batch from 200 examples"):
        build_dataset(spec("map().batch(201, drop_remainder=True)"), digits.train_images, digits.train_labels)
