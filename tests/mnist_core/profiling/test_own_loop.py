"""Steps of a loop of one's own, captured for real: loops in the graph, steps that fail, a folder that disappears."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
import tensorflow as tf
from profiled import fetches_outside_of_steps, named, only_trace, read_events, steps_of_xprof

from mnist_core.language.errors import InputError
from mnist_core.profiling.own_loop import StepProfiler, read_folder
from mnist_core.profiling.step_trace import StepTrace
from mnist_core.profiling.window import StepWindow


def test_a_loop_in_the_graph_does_not_take_the_place_of_the_steps(tmp_path: Path) -> None:
    @tf.function
    def add_up(value):
        for _ in tf.range(3):
            value += 1
        return value

    batches = iter(tf.data.Dataset.range(1000))
    with StepProfiler(tmp_path, StepWindow(3, 7)) as profiler:
        for step in range(10):
            with profiler.mark(step):
                add_up(next(batches))
    file = only_trace(tmp_path)
    assert profiler.trace == StepTrace(file, 3, 6, 4)
    assert steps_of_xprof(file, tmp_path) == named(range(3, 7))
    assert fetches_outside_of_steps(file) == (4, 0)
    iterations = [stats["loop_iter_num"] for _, _, stats in read_events(file, "ExecutorState::Process")]
    assert max(iterations) >= 3, "the case must have a loop, and its iterations are kept"


def run_own_loop(folder: Path, window: StepWindow, values: tf.data.Dataset) -> StepProfiler:
    batches = iter(values)
    with StepProfiler(folder, window) as profiler, suppress(StopIteration):
        for step in range(20):
            with profiler.mark(step):
                next(batches)
    return profiler


def test_a_step_that_fails_in_an_own_loop_is_not_marked(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="the trace ends with step 5"):
        profiler = run_own_loop(tmp_path, StepWindow(2, 20), tf.data.Dataset.range(6))
    assert profiler.trace == StepTrace(only_trace(tmp_path), 2, 5, 4)
    assert [stats.get("_r", 0) for _, _, stats in read_events(profiler.trace.file, "train")] == [1, 1, 1, 1, 0]


def test_no_step_within_the_window_leaves_no_empty_trace(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="before the profiled steps 6:20 were done: there is no trace"):
        profiler = run_own_loop(tmp_path, StepWindow(6, 20), tf.data.Dataset.range(6))
    assert profiler.trace is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_disappears_is_told_in_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "traces"

    def disappear(number: int) -> int:
        if folder.is_dir():
            folder.rmdir()
            folder.touch()
        return number

    values = tf.data.Dataset.range(20).map(lambda number: tf.py_function(disappear, [number], tf.int64))
    with pytest.raises(InputError, match=r"the trace cannot be written to .*traces: .*traces is not a directory\.$"):
        run_own_loop(folder, StepWindow(1, 3), values)


def test_a_folder_and_a_window_may_be_plain_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    batches = iter(tf.data.Dataset.range(10))
    with StepProfiler("logs", "2:5") as profiler:
        for step in range(6):
            with profiler.mark(step):
                next(batches)
    assert profiler.trace == StepTrace(only_trace(Path("logs")), 2, 4, 3)


@pytest.mark.parametrize("wrong", [None, 5, True, b"logs", ""], ids=repr)
def test_what_is_no_folder_is_told_in_one_line(wrong: object) -> None:
    with pytest.raises(InputError) as told:
        read_folder(wrong, "StepProfiler(folder)")
    assert str(told.value) == f'StepProfiler(folder) must be a path as str or Path, such as "logs", got {wrong!r}.'


def test_a_path_of_bytes_is_told_too(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    with os.scandir(os.fsencode(tmp_path)) as found, pytest.raises(InputError, match=r"got <DirEntry b'logs'>\.$"):
        read_folder(next(found), "StepProfiler(folder)")


def test_a_folder_may_be_missing_or_there_but_no_file(tmp_path: Path) -> None:
    assert read_folder(str(tmp_path / "missing"), "StepProfiler(folder)") == tmp_path / "missing"
    assert read_folder(tmp_path, "StepProfiler(folder)") == tmp_path
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(InputError, match=rf"^StepProfiler\(folder\) must be a folder, got the file {file}: choose "):
        read_folder(file, "StepProfiler(folder)")


def test_what_a_profiler_is_given_wrongly_is_told_by_its_name() -> None:
    with pytest.raises(
        InputError, match=r'^StepProfiler\(folder\) must be a path as str or Path, such as "logs", got 5\.$'
    ):
        StepProfiler(5, "2:5")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r'^StepProfiler\(window\) must be "START:STOP" or .*, got 5\.$'):
        StepProfiler("logs", 5)  # type: ignore[arg-type]
