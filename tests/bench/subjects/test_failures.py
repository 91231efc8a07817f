"""What fails in a person's pipeline, in one line: the stage, its file and line, the element, the error's own words."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path

import keras
import pytest
import tensorflow as tf

from bench.subjects.capabilities import FailedPipelineError
from bench.subjects.failures import tell_reason
from bench.subjects.opened_pipeline import OpenedPipeline

D = tf.data.Dataset
LINES: dict[str, int] = {}


def here(name: str) -> str:
    """Notes the line that asks, for what is expected of it."""
    LINES[name] = sys._getframe(1).f_lineno
    return name


def check(number: tf.Tensor) -> tf.Tensor:
    tf.debugging.assert_less(number, tf.constant(17, tf.int64), message="too large")
    return number


def parse(number: tf.Tensor) -> tf.Tensor:
    if int(number) == 23:
        raise ValueError(f"cannot parse row {int(number)}")
    return number


def generate():
    yield from range(9)
    raise KeyError("no such column")


def asserts() -> tf.data.Dataset:
    here("asserts")
    return D.range(100).map(check).batch(4)


def asserts_before_a_shuffle() -> tf.data.Dataset:
    here("asserts_before_a_shuffle")
    return D.range(100).map(check).shuffle(50).repeat().batch(4).prefetch(2)


def raises_in_python() -> tf.data.Dataset:
    here("raises_in_python")
    return D.range(100).map(lambda number: tf.py_function(parse, [number], tf.int64)).batch(4)


def misses_a_file() -> tf.data.Dataset:
    here("misses_a_file")
    return D.from_tensor_slices([__file__, "nowhere.txt"]).interleave(tf.data.TextLineDataset, 1, 1).batch(50)


def decodes_nonsense() -> tf.data.Dataset:
    here("decodes_nonsense")
    return D.from_tensor_slices([tf.io.encode_jpeg(tf.zeros((8, 8, 3), tf.uint8)), b"nonsense"]).map(tf.io.decode_jpeg)


def generates() -> tf.data.Dataset:
    here("generates")
    return D.from_generator(generate, output_signature=tf.TensorSpec([], tf.int64)).batch(4)


def fails_in_one_branch() -> tf.data.Dataset:
    here("fails_in_one_branch")
    return D.zip((D.range(100), D.range(100).map(check)))


@pytest.mark.parametrize(
    ("make", "stage", "element", "reason"),
    [
        (asserts, "Map", 17, "InvalidArgumentError: assertion failed: [too large]"),
        (asserts_before_a_shuffle, "Map", 17, "InvalidArgumentError: assertion failed: [too large]"),
        (raises_in_python, "Map", 23, "ValueError: cannot parse row 23 (raised at "),
        (misses_a_file, "Interleave", None, "NotFoundError: nowhere.txt; No such file or directory"),
        (decodes_nonsense, "Map", 1, "InvalidArgumentError: Unknown image file format."),
        (generates, "FlatMap", 9, "KeyError: 'no such column' (raised at "),
        (fails_in_one_branch, "Map", 17, "InvalidArgumentError: assertion failed: [too large]"),
    ],
)
def test_a_failure_names_the_stage_the_element_and_the_reason(
    make: Callable[[], tf.data.Dataset], stage: str, element: int | None, reason: str
) -> None:
    opened = OpenedPipeline("mine.py:mine", make)
    with pytest.raises(tf.errors.OpError) as caught:
        list(opened.build())
    said = opened.explain_failure(caught.value)
    number = len(Path(__file__).read_text(encoding="utf-8").splitlines()) if element is None else element
    where = f"{__file__}:{LINES[make.__name__] + 1}"
    assert said.startswith(f"mine.py:mine fails in {stage} at {where}, element {number} counted from 0: {reason}")
    assert "\n" not in said


def says_more_than_a_line(_number: tf.Tensor) -> tf.Tensor:
    raise ValueError("cannot read the table:\n  it has no column 'age'\n  nor any other")


DENSE = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (
            lambda: D.range(3).map(lambda _: tf.zeros(3) + tf.zeros(4)),
            "ValueError: Dimensions must be equal, but are 3 and 4 for 'AddV2[",
        ),
        (
            lambda: D.range(3).map(lambda _: DENSE(tf.zeros((1, 4)))),
            "ValueError: Exception encountered when calling Sequential.call(). Input 0 with name",
        ),
        (
            lambda: D.range(3).map(says_more_than_a_line),
            "ValueError: cannot read the table: it has no column 'age'",
        ),
        (
            lambda: D.range(3).concatenate(D.from_tensors("a")),
            "TypeError: Incompatible dataset elements: TensorSpec(shape=(), dtype=tf.int64, name=None) vs. TensorSpec(",
        ),
        (
            lambda: D.from_tensor_slices([[1, 2], [3]]),
            "ValueError: Can't convert non-rectangular Python sequence to Tensor.",
        ),
    ],
)
def test_an_error_of_many_lines_is_told_in_one(build: Callable[[], object], reason: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011  # of many kinds, and what it says comes next
        build()
    said = tell_reason(caught.value)
    assert said.startswith(reason)
    assert "\n" not in said
    assert "\x1b" not in said


def test_what_does_not_fail_again_is_told_without_a_stage() -> None:
    opened = OpenedPipeline("mine.py:mine", lambda: D.range(3))
    said = opened.explain_failure(OSError("the disk was away"))
    assert said == "mine.py:mine fails: OSError: the disk was away; it did not fail again within 20 s"


def test_the_search_ends_in_time_where_a_stage_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.subjects.failures.SEARCH_LIMIT_S", 0.2)
    end = threading.Event()  # else the stage would go on, and take a processor from all that is tested after it
    hangs = D.range(3).map(lambda number: tf.numpy_function(lambda each: end.wait(60) and each, [number], tf.int64))
    said = OpenedPipeline("mine.py:mine", lambda: hangs).explain_failure(OSError("gone"))
    end.set()
    assert said == "mine.py:mine fails: OSError: gone; it did not fail again within 0.2 s"


def divides() -> tf.data.Dataset:
    return D.range(1 // int(here("divides") == ""))


def multiplies() -> tf.data.Dataset:
    def square(number: tf.Tensor) -> tf.Tensor:
        return tf.matmul(number, number)

    return D.range(3).map(square)


def leaves() -> tf.data.Dataset:
    sys.exit(here("leaves") and 3)


@pytest.mark.parametrize(
    ("make", "begin", "end"),
    [
        (
            divides,
            "mine.py:mine cannot be built at {file}:{line}: ",
            "ZeroDivisionError: integer division or modulo by zero",
        ),
        (multiplies, "mine.py:mine cannot be built at {file}:", "Shape must be rank 2 but is rank 0"),
        (leaves, "mine.py:mine ends the program itself at {file}:{line}: ", "sys.exit(3)"),
    ],
)
def test_code_that_cannot_be_run_is_told_with_its_line(make: Callable[[], object], begin: str, end: str) -> None:
    with pytest.raises(FailedPipelineError) as caught:
        OpenedPipeline("mine.py:mine", make)
    said = str(caught.value)
    assert said.startswith(begin.format(file=__file__, line=LINES.get(make.__name__)))
    assert end in said
    assert "\n" not in said


def test_a_dataset_that_was_made_to_be_looked_at_is_not_made_again() -> None:
    made: list[tf.data.Dataset] = []

    def make() -> tf.data.Dataset:
        made.append(D.range(3))
        return made[-1]

    opened = OpenedPipeline("mine.py:mine", make)
    assert opened.build() is made[0]
    assert opened.build() is made[1]
