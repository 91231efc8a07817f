"""Where the stages of a dataset were written."""

import contextlib
import inspect
import sys
import types
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from bench.subjects.origins import find_call, find_caller, find_line, find_origin, is_own, note_origins

HERE = __file__


def line() -> int:
    """The line of the caller."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def test_every_stage_knows_its_line_and_all_are_listed_in_order() -> None:
    with note_origins() as made:
        first = tf.data.Dataset.range(3); here = line()  # fmt: skip  # noqa: E702
        batches = first.map(lambda number: number + 1).batch(2); there = line()  # fmt: skip  # noqa: E702
    assert find_origin(first) == (HERE, here)
    assert find_origin(batches) == (HERE, there)
    assert made[0] is first
    assert made[-1] is batches
    assert len(made) == 3


def test_each_line_of_a_chain_is_told_apart() -> None:
    with note_origins():
        dataset = (
            tf.data.Dataset.range(3)
            .shuffle(3)
            .batch(2)
        ); last = line()  # fmt: skip  # noqa: E702
    (shuffled,) = dataset._inputs()
    origins = [find_origin(each) for each in (dataset, shuffled, *shuffled._inputs())]
    assert [origin[1] - last for origin in origins if origin] == [-1, -2, -3]


def test_nothing_is_noted_outside_and_the_class_is_as_before() -> None:
    initialize = tf.data.Dataset.__init__
    with note_origins():
        pass
    assert tf.data.Dataset.__init__ is initialize
    assert find_origin(tf.data.Dataset.range(3)) is None


def test_the_class_is_as_before_after_an_error() -> None:
    initialize = tf.data.Dataset.__init__
    with pytest.raises(KeyError), note_origins():
        raise KeyError
    assert tf.data.Dataset.__init__ is initialize


def test_one_may_note_inside_of_the_other() -> None:
    with note_origins() as outer:
        with note_origins() as inner:
            dataset = tf.data.Dataset.range(3)
        tf.data.Dataset.range(4)
    assert inner == [dataset]
    assert len(outer) == 2


def test_what_keras_makes_on_behalf_of_a_program_stands_where_that_calls_keras(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        picture = tf.io.encode_png(np.zeros((2, 2, 3), np.uint8)).numpy()
        (tmp_path / name / "0.png").write_bytes(picture)
    with note_origins():
        pictures = keras.utils.image_dataset_from_directory(tmp_path, verbose=False); here = line()  # fmt: skip  # noqa: E702
    assert find_origin(pictures) == (HERE, here)


def write_module(path: Path, text: str) -> dict[str, object]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    names: dict[str, object] = {}
    exec(compile(text, str(path), "exec"), names)  # noqa: S102
    return names


BUILD = "import tensorflow as tf\ndef build():\n    return tf.data.Dataset.range(3)\n"


def test_a_person_s_own_line_goes_before_that_of_an_installed_package(tmp_path: Path) -> None:
    installed = write_module(tmp_path / "site-packages" / "tensorflow_datasets" / "load.py", BUILD)
    own = write_module(tmp_path / "mine" / "tensorflow_of_mine.py", BUILD)
    with note_origins():
        theirs = installed["build"](); here = line()  # type: ignore[operator]  # fmt: skip  # noqa: E702
        mine = own["build"]()  # type: ignore[operator]
    assert find_origin(theirs) == (HERE, here)
    assert find_origin(mine) == (str(tmp_path / "mine" / "tensorflow_of_mine.py"), 3)


def test_frames_of_ours_and_of_python_are_no_person_s() -> None:
    frame = sys._getframe()
    assert is_own(frame)
    assert find_caller() is frame
    assert find_line() == (HERE, line())
    callers: list[types.FrameType | None] = []
    with contextlib.ExitStack() as stack:
        stack.callback(lambda: callers.append(sys._getframe().f_back))
    (caller,) = callers
    assert caller is not None
    assert caller.f_code.co_filename == contextlib.__file__
    assert not is_own(caller)


def test_what_tensorflow_makes_by_itself_is_of_the_call_that_asked_for_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with note_origins() as made:
        tf.data.Dataset.list_files(str(tmp_path / "*.txt"))
    assert {find_call(each) for each in made} == {"list_files"}
    with note_origins() as made:
        tf.data.TextLineDataset(str(tmp_path / "a.txt"))
    assert {find_call(each) for each in made} == {""}, "a constructor has no name of its own"
    assert find_call(tf.data.Dataset.range(2)) == "", "nothing was noted"


def make_inner(number: tf.Tensor) -> tf.data.Dataset:
    if number > 1:
        number += 1
    return tf.data.Dataset.range(number)


def test_a_stage_in_a_map_function_stands_where_the_function_does() -> None:
    with note_origins() as made:
        tf.data.Dataset.range(4).flat_map(make_inner)
    lines, begin = inspect.getsourcelines(make_inner)
    places = [find_origin(each) for each in made if "Range" in type(each).__name__]
    assert places[1:] == [(HERE, begin + len(lines) - 1)]
