"""Sources and map functions: whatever the pipeline starts from, the model gets the same numbers."""

import numpy as np
import pytest
import tensorflow as tf

from mnist_core.digits.load import Digits
from mnist_core.language.errors import InputError
from mnist_core.language.ordering import parse_ordering
from mnist_core.language.spec import PipelineSpec
from mnist_core.pipeline.build import build_dataset
from mnist_core.pipeline.sources import load_source


def collect(text: str, digits: Digits, **choices) -> tuple[np.ndarray, np.ndarray, tf.data.Dataset]:
    spec = PipelineSpec(parse_ordering(text), **choices)
    examples = load_source(spec, digits.train_images, digits.train_labels)
    dataset = build_dataset(spec, examples, digits.train_labels)
    images, labels = zip(*((images.numpy(), labels.numpy()) for images, labels in dataset), strict=True)
    return np.concatenate(images), np.concatenate(labels), dataset


@pytest.mark.parametrize("function", ["graph", "numpy", "python"])
@pytest.mark.parametrize("source", ["arrays", "floats", "generator", "png", "tfrecord"])
def test_every_source_and_function_gives_the_same_batches(source: str, function: str, digits: Digits) -> None:
    images, labels, dataset = collect("map().batch(64)", digits, source=source, function=function)
    assert images.dtype == labels.dtype == np.float32
    assert np.array_equal(images, digits.train_images.astype(np.float32) / np.float32(255))
    assert np.array_equal(labels, np.eye(10)[digits.train_labels])
    assert dataset.element_spec[0].shape.as_list() == [None, 28, 28]
    assert dataset.element_spec[1].shape.as_list() == [None, 10]


@pytest.mark.parametrize("source", ["arrays", "floats", "generator", "tfrecord"])
@pytest.mark.parametrize("function", ["graph", "numpy", "python"])
def test_whole_batches_are_mapped_alike(source: str, function: str, digits: Digits) -> None:
    one_by_one = collect("map().batch(64)", digits, source=source)
    vectorised = collect("batch(64).map()", digits, source=source, function=function)
    assert all(np.array_equal(mine, theirs) for mine, theirs in zip(vectorised[:2], one_by_one[:2], strict=True))


@pytest.mark.parametrize("source", ["arrays", "png", "tfrecord"])
@pytest.mark.parametrize("function", ["graph", "numpy", "python"])
def test_raw_pixels_and_sparse_labels(source: str, function: str, digits: Digits) -> None:
    choices = {"source": source, "function": function, "normalize": "model", "labels": "sparse"}
    images, labels, _ = collect("map().batch(64)", digits, **choices)
    assert (images.dtype, labels.dtype) == (np.uint8, np.int64)
    assert np.array_equal(images, digits.train_images)
    assert np.array_equal(labels, digits.train_labels)


@pytest.mark.parametrize(
    ("text", "choices", "reason"),
    [
        ("batch(32).map()", {"source": "png"}, "pictures are decoded one by one, put map"),
        ("range().batch(32).map()", {"source": "png"}, "gathers from arrays in the graph, not from png"),
        ("range().batch(32).map()", {"function": "numpy"}, "gathers from arrays in the graph"),
        ("map().batch(32)", {"source": "floats", "normalize": "model"}, "floats are normalised already"),
        ("batch(32)", {"source": "tfrecord", "normalize": "model", "labels": "sparse"}, "has no map.. to decode"),
        ("map().batch(32)", {"source": "jpeg"}, "PipelineSpec.source must be one of arrays, floats, .* got 'jpeg'"),
        ("map().batch(32)", {"function": "lambda"}, "PipelineSpec.function must be one of graph, numpy, python"),
    ],
)
def test_what_cannot_work_together_is_refused(text: str, choices, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        PipelineSpec(parse_ordering(text), **choices)
