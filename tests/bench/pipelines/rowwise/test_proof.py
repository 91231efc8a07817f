"""Whether a map may take batches, by its graphs alone: functions on both sides, and the traps of equal values."""

from collections.abc import Callable
from typing import Any

import pytest
import tensorflow as tf

from bench.pipelines.rowwise.proof import describe_batching

TABLE = tf.constant([1.0, 2.0, 3.0])


def spec(*shape: int, dtype: tf.DType = tf.float32) -> tf.TensorSpec:
    return tf.TensorSpec(shape, dtype)


PICTURE, ROW, TEXT, NUMBER = spec(8, 8, 3), spec(3), spec(dtype=tf.string), spec()
WHOLE = spec(3, dtype=tf.int32)


def tell(function: Callable[..., Any], element: Any, *, allows_rounding: bool = False) -> tuple[bool | None, str]:
    dataset = tf.data.Dataset.from_generator(lambda: iter(()), output_signature=element).map(function)
    return describe_batching(dataset._map_func, element, allows_rounding=allows_rounding)


def scale(picture: tf.Tensor) -> tf.Tensor:
    return tf.cast(picture, tf.float32) / 255.0


def read_cells(line: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    cells = tf.io.decode_csv(line, [[0.0]] * 3)
    return tf.stack(cells[:-1], axis=-1), cells[-1]


def stack_first(line: tf.Tensor) -> tf.Tensor:
    return tf.stack(tf.io.decode_csv(line, [[0.0]] * 3), axis=0)


def parse_many(record: tf.Tensor) -> tf.Tensor:
    return tf.io.parse_example(record, {"y": tf.io.FixedLenFeature([2], tf.int64)})["y"]


def parse_varying(record: tf.Tensor) -> tf.Tensor:
    return tf.io.parse_example(record, {"y": tf.io.VarLenFeature(tf.int64)})["y"].values


def parse_one(record: tf.Tensor) -> tf.Tensor:
    return tf.io.parse_single_example(record, {"y": tf.io.FixedLenFeature([2], tf.int64)})["y"]


def mirror(picture: tf.Tensor) -> tf.Tensor:
    return tf.image.random_flip_left_right(picture)


def choose(number: tf.Tensor) -> tf.Tensor:
    return tf.cond(number > 0, lambda: number, lambda: -number)


def add_both(one: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    return one + other


def count(row: tf.Tensor) -> tf.Tensor:
    return row * tf.cast(tf.shape(row)[0], tf.float32)


PROVED: dict[str, tuple[Callable[..., Any], Any]] = {
    "cast": (scale, spec(8, 8, dtype=tf.uint8)),
    "csv": (read_cells, TEXT),
    "parse_example": (parse_many, TEXT),
    "decode_raw": (lambda text: tf.io.decode_raw(text, tf.uint8), TEXT),
    "one hot": (lambda number: tf.one_hot(number, 10), spec(dtype=tf.int64)),
    "reverse from the end": (lambda picture: tf.reverse(picture, [-2]), PICTURE),
    "greatest from the end": (lambda row: row - tf.reduce_max(row, axis=-1, keepdims=True), ROW),
    "sum of integers": (lambda row: tf.reduce_sum(row, -1), WHOLE),
    "same rank": (add_both, (ROW, ROW)),
    "fixed row": (lambda row: row + TABLE, ROW),
    "fixed table": (lambda number: tf.gather(TABLE, number), spec(dtype=tf.int32)),
    "ellipsis": (lambda row: row[..., 0], ROW),
    "new last axis": (lambda row: row[..., tf.newaxis], ROW),
    "concat at the end": (lambda row: tf.concat([row, row], -1), ROW),
    "squeeze the last": (lambda row: tf.squeeze(row, -1), spec(3, 1)),
    "where": (lambda row: tf.where(row > 0, row, 0.0), ROW),
    "to number": (tf.strings.to_number, TEXT),
    "dictionary": (lambda held: {"x": held["a"] * 2, "y": held["b"]}, {"a": ROW, "b": TEXT}),
}
UNPROVED: dict[str, tuple[Callable[..., Any], Any, str]] = {
    "random mirror": (mirror, PICTURE, "RandomUniform draws random numbers"),
    "reverse(axis 1)": (lambda picture: tf.reverse(picture, [1]), PICTURE, "ReverseV2: its axis 1 would count rows"),
    "mean subtraction": (lambda picture: picture - tf.reduce_mean(picture), PICTURE, "Mean: its axis 0, 1, 2 would"),
    "stack first": (stack_first, TEXT, "Pack: its axis 0 would count rows"),
    "ranks apart": (add_both, (ROW, NUMBER), "broadcasting would reach across rows"),
    "fixed rank above": (lambda number: number + TABLE, NUMBER, "broadcasting would reach across rows"),
    "equal to a table": (lambda number: number == TABLE, NUMBER, "broadcasting would reach across rows"),
    "index": (lambda row: row[0], ROW, "StridedSlice: an index would count rows"),
    "reshape": (lambda row: tf.reshape(row, [9]), spec(3, 3), "Reshape is not known"),
    "transpose": (tf.transpose, spec(3, 4), "constant"),
    "expand first": (lambda row: tf.expand_dims(row, 0), ROW, "ExpandDims: its axis 0 would count rows"),
    "squeeze all": (tf.squeeze, spec(3, 1), "Squeeze: it takes every axis"),
    "concat at 0": (lambda row: tf.concat([row, row], 0), ROW, "ConcatV2: its axis 0 would count rows"),
    "number of rows": (count, ROW, "it does Const on an element, and Shape on a batch"),
    "constant": (lambda row: (row, 1.0), ROW, "does not depend on the element"),
    "gather of rows": (lambda row: tf.gather(row, [0]), ROW, "not a look-up in a fixed table"),
    "Python": (lambda row: tf.numpy_function(abs, [row], tf.float32), ROW, "PyFunc runs Python"),
    "branch": (choose, NUMBER, "StatelessIf decides for a whole batch"),
    "varying": (parse_varying, TEXT, "told otherwise in a batch"),
    "varying shape": (lambda row: row, tf.TensorSpec([None], tf.float32), "shapes that vary"),
    "rounding": (tf.exp, ROW, "Exp: floats may be rounded otherwise"),
    "sum of floats": (lambda row: tf.reduce_sum(row, -1), ROW, "Sum: floats may be added up in another order"),
}
SCALAR: dict[str, tuple[Callable[..., Any], str]] = {
    "file": (tf.io.read_file, "ReadFile takes one at a time"),
    "picture": (tf.io.decode_jpeg, "DecodeJpeg takes one at a time"),
    "example": (parse_one, "ParseSingleExample takes one at a time"),
}


@pytest.mark.parametrize("name", PROVED)
def test_what_treats_rows_apart_is_proved(name: str) -> None:
    assert tell(*PROVED[name]) == (True, "every operation of it treats the rows of a batch one by one")


@pytest.mark.parametrize("name", UNPROVED)
def test_what_does_not_is_not_and_the_operation_is_named(name: str) -> None:
    function, element, reason = UNPROVED[name]
    can, why = tell(function, element)
    assert can is None
    assert reason in why


@pytest.mark.parametrize("name", SCALAR)
def test_what_takes_one_at_a_time_is_certain(name: str) -> None:
    function, reason = SCALAR[name]
    assert tell(function, TEXT) == (False, reason)


def test_rounding_may_be_allowed_but_no_other_axis() -> None:
    assert tell(tf.exp, ROW, allows_rounding=True)[0] is True
    assert tell(lambda row: tf.reduce_mean(row, -1), ROW, allows_rounding=True)[0] is True
    assert tell(lambda row: tf.reduce_mean(row, 0), ROW, allows_rounding=True)[0] is None


@pytest.mark.parametrize("name", PROVED)
def test_what_is_proved_holds_bit_for_bit(name: str) -> None:
    function, element = PROVED[name]
    rows = make_texts(name) if element is TEXT else make_rows(element)
    dataset = tf.data.Dataset.from_tensor_slices(rows)
    for one, other in zip(dataset.map(function).batch(3), dataset.batch(3).map(function), strict=True):
        for left, right in zip(tf.nest.flatten(one), tf.nest.flatten(other), strict=True):
            assert left.dtype == right.dtype
            assert left.numpy().tobytes() == right.numpy().tobytes()


def make_rows(element: Any) -> Any:
    """Eight elements of a kind."""

    def make(each: tf.TensorSpec) -> tf.Tensor:
        if each.dtype == tf.string:
            return tf.constant(["a", "b"] * 4)
        size = 8 * (each.shape.num_elements() or 1)
        return tf.reshape(tf.cast(tf.range(size) % 3, each.dtype), [8, *each.shape])

    return tf.nest.map_structure(make, element)


def make_texts(name: str) -> list[bytes]:
    """Eight texts that a function of this name can read."""
    if name == "parse_example":
        numbers = (tf.train.Feature(int64_list=tf.train.Int64List(value=[place, -place])) for place in range(8))
        features = (tf.train.Features(feature={"y": each}) for each in numbers)
        return [tf.train.Example(features=each).SerializeToString() for each in features]
    return [b"1.5,2,3", b"4,5,6.2"] * 4 if name == "csv" else [b"1.5", b"-77"] * 4
