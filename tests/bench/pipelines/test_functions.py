"""What the functions of a stage do, by their operations: Python, random numbers and states, nested ones too."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from bench.pipelines.functions import describe_function, find_functions, is_random, is_stateful
from reports.record.description import FunctionDescription


def describe(dataset: tf.data.Dataset) -> dict[str, FunctionDescription]:
    return {role: describe_function(role, each) for role, each in find_functions(dataset).items()}


def describe_map(function: Callable[..., Any]) -> FunctionDescription:
    return describe(tf.data.Dataset.range(4).map(function))["map_func"]


def jitter(number: tf.Tensor) -> tf.Tensor:
    return tf.cond(number > 1, lambda: tf.random.uniform([]), lambda: tf.random.normal([], seed=3))


def jitter_seeded(number: tf.Tensor) -> tf.Tensor:
    return tf.random.uniform([], seed=3) + tf.cast(number, tf.float32)


def test_random_operations_are_found_in_nested_functions_too() -> None:
    function = describe_map(jitter)
    assert (function.name, function.random) == ("jitter", ("RandomStandardNormal", "RandomUniform"))
    assert function.is_seeded is False, "one of the two has no seed"
    assert function.origin is not None
    assert (function.origin.file, function.origin.line) == (__file__, jitter.__code__.co_firstlineno)
    assert (function.python, function.stateless_random, function.stateful) == ((), (), ())


def test_a_seed_is_seen() -> None:
    assert describe_map(jitter_seeded).is_seeded is True
    stateless = describe_map(lambda number: tf.random.stateless_uniform([], [1, number]))
    assert (stateless.random, stateless.is_seeded) == ((), None)
    assert stateless.stateless_random == ("StatelessRandomUniformV2",)


def test_python_is_found() -> None:
    assert describe_map(lambda number: tf.numpy_function(np.sqrt, [number], tf.float64)).python == ("PyFunc",)
    assert describe_map(lambda number: tf.py_function(abs, [number], tf.int64)).python == ("EagerPyFunc",)


def test_a_state_is_found_and_what_only_passes_for_one_is_not() -> None:
    keys = tf.lookup.KeyValueTensorInitializer(tf.range(3, dtype=tf.int64), tf.range(3))
    table = tf.lookup.StaticHashTable(keys, -1)
    assert describe_map(table.lookup).stateful == ("LookupTableFindV2",)

    def check(number: tf.Tensor) -> tf.Tensor:
        with tf.control_dependencies([tf.debugging.assert_less(number, tf.constant(9, tf.int64))]):
            return tf.identity(number)

    assert describe_map(check).stateful == ()


def test_operations_are_counted() -> None:
    counts = {each.name: each.count for each in describe_map(lambda number: number + 1 + number).operations}
    assert counts["AddV2"] == 2


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (functools.partial(jitter), "jitter"),
        (tf.function(jitter), "jitter"),
        (lambda number: number, "lambda"),
        (tf.strings.as_string, "as_string"),
    ],
)
def test_a_function_is_called_by_its_name(function: Callable[..., Any], name: str) -> None:
    described = describe_map(function)
    assert described.name == name
    assert (described.origin is None) == (name == "as_string"), "TensorFlow's own stand nowhere in the program"


def test_a_generator_is_called_by_its_name() -> None:
    def count() -> Any:
        yield 1

    dataset = tf.data.Dataset.from_generator(count, output_signature=tf.TensorSpec([], tf.int32))
    (function,) = describe(dataset).values()
    assert function.name == "count"
    assert function.python
    assert function.origin is not None
    assert function.origin.line == count.__code__.co_firstlineno


def test_every_function_of_a_stage_has_its_role() -> None:
    groups = tf.data.Dataset.range(9).group_by_window(lambda number: number % 2, lambda _, group: group.batch(2), 2)
    assert list(describe(groups)) == ["key_func", "reduce_func", "window_size_func"]
    assert describe(tf.data.Dataset.range(9).filter(lambda number: number > 1))["predicate"].name == "lambda"


@pytest.mark.parametrize(
    ("operation", "random", "stateful"),
    [
        ("RandomUniform", True, False),
        ("StatelessRandomGetKeyCounter", False, False),
        ("SampleDistortedBoundingBoxV2", True, False),
        ("ReadFile", False, False),
        ("Assert", False, False),
        ("TFRecordDataset", False, False),
        ("ReadVariableOp", False, True),
        ("NoSuchOperation", False, False),
    ],
)
def test_what_an_operation_depends_on(operation: str, random: bool, stateful: bool) -> None:
    assert (is_random(operation), is_stateful(operation)) == (random, stateful)
