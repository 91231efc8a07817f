"""Whose time in Python it is: of stages that were written, beside counts made by hand; the tokens are TensorFlow's."""

from typing import Any

import tensorflow as tf

from bench.consumers.readings.attribution import Counted, Found, list_tokens
from bench.pipelines.chain import list_stages
from bench.subjects.origins import note_origins
from reports.record.description import RunStage


def call_python(number: tf.Tensor) -> tf.Tensor:
    return tf.ensure_shape(tf.numpy_function(lambda value: value, [number], tf.int64), ())


def find(dataset: Any, made: list[Any], spent_ns: list[int], *counted: Counted) -> Found:
    """What was seen of a pipeline whose stages feed each other in a row.

    Args:
        dataset: The pipeline.
        made: What was made while it was built.
        spent_ns: Time of every pass in each function of Python, in the order in which the pipeline calls them.
        *counted: The stages that ran, the first first.
    """
    written = list_stages(dataset, made)
    tokens = dict.fromkeys(token for stage in written for token in list_tokens(stage))
    spent = dict(zip(tokens, spent_ns, strict=True))
    ran = [RunStage(each.name, (place - 1,) if place else ()) for place, each in enumerate(counted)]
    return Found(counted, ran, written, spent, spent)


def test_python_is_no_more_than_the_time_of_the_stage_and_the_sum_is_that_of_the_stages() -> None:
    with note_origins() as made:
        dataset = tf.data.Dataset.range(5).map(call_python).shuffle(2).map(call_python)
    one, other = Counted("Map", 5, 100, True), Counted("Map", 5, 400, True)
    found = find(dataset, made, [150, 200], Counted("Range", 5, 1, True), one, Counted("Shuffle", 5, 1, True), other)
    assert [python_ns for python_ns, _ in found.attribute()] == [None, 100, None, 200]
    assert found.count_python() == 300


def test_a_function_of_two_stages_is_told_of_neither_and_counts_once() -> None:
    shared = tf.function(call_python)
    with note_origins() as made:
        dataset = tf.data.Dataset.range(5).map(shared).shuffle(2).map(shared)
    one, other = Counted("Map", 5, 100, True), Counted("Map", 5, 400, True)
    found = find(dataset, made, [150], Counted("Range", 5, 1, True), one, Counted("Shuffle", 5, 1, True), other)
    assert [python_ns for python_ns, _ in found.attribute()] == [None, None, None, None]
    assert found.count_python() == 150


def test_python_that_fills_a_cache_does_not_count_though_no_stage_of_it_is_known() -> None:
    with note_origins() as made:
        dataset = tf.data.Dataset.range(5).map(call_python).cache().map(call_python)
    fused = Counted("Range", 5, 700, is_first_only=True)  # it has swallowed the map before the cache
    found = find(dataset, made, [600, 300], fused, Counted("MemoryCacheImpl", 5, 1, True), Counted("Map", 5, 400, True))
    assert [python_ns for python_ns, _ in found.attribute()] == [None, None, 300]
    assert found.count_python() == 300


def test_python_that_fills_a_cache_and_is_called_behind_it_counts() -> None:
    shared = tf.function(call_python)
    with note_origins() as made:
        dataset = tf.data.Dataset.range(5).map(shared).cache().map(shared)
    filling = Counted("Map", 5, 700, is_first_only=True)
    found = find(dataset, made, [600], filling, Counted("MemoryCacheImpl", 5, 1, True), Counted("Map", 5, 800, True))
    assert found.count_python() == 600
