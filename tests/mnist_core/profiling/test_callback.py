"""Steps of `fit`, captured for real and read back by xprof: no trace is ever empty."""

import itertools
from pathlib import Path

import keras
import pytest
import tensorflow as tf
from profiled import build_batches, fetches_outside_of_steps, fit, named, only_trace, read_events, steps_of_xprof

from mnist_core.language.errors import InputError
from mnist_core.profiling.callback import ProfileSteps
from mnist_core.profiling.step_trace import StepTrace, find_step_trace
from mnist_core.profiling.window import StepWindow


def test_the_stock_callback_has_no_steps_and_ours_has_them(tmp_path: Path) -> None:
    fit(keras.callbacks.TensorBoard(tmp_path / "stock", profile_batch=(10, 19)))
    (stock,) = (tmp_path / "stock").rglob("*.xplane.pb")
    assert steps_of_xprof(stock, tmp_path) == []
    fit(ProfileSteps(tmp_path / "ours", StepWindow(10, 20)))
    # xprof leaves out the first and the last of six steps or more
    assert steps_of_xprof(only_trace(tmp_path / "ours"), tmp_path) == named(range(11, 19))


def test_five_steps_are_all_shown(tmp_path: Path) -> None:
    fit(ProfileSteps(tmp_path, StepWindow(1, 6)))
    assert steps_of_xprof(only_trace(tmp_path), tmp_path) == named(range(1, 6))


def test_a_marker_covers_all_batches_of_an_execution(tmp_path: Path) -> None:
    callback = ProfileSteps(tmp_path, StepWindow(10, 30))
    fit(callback, steps_per_execution=4)
    file = only_trace(tmp_path)
    assert callback.trace == StepTrace(file, 12, 31, 5)
    markers = [stats for _, _, stats in read_events(file, "train")]
    assert markers == [{"step_num": step, "num_batches": 4, "_r": 1} for step in range(12, 32, 4)]
    assert steps_of_xprof(file, tmp_path) == named(range(12, 32, 4))
    assert fetches_outside_of_steps(file) == (20, 0)


def test_an_execution_longer_than_the_window_is_taken_whole(tmp_path: Path) -> None:
    callback = ProfileSteps(tmp_path, StepWindow(2, 4))
    fit(callback, steps_per_execution=8)
    assert callback.trace == StepTrace(only_trace(tmp_path), 8, 15, 1)


def test_steps_are_counted_from_the_beginning_of_training(tmp_path: Path) -> None:
    callback = ProfileSteps(tmp_path, StepWindow(85, 88))
    fit(callback, initial_epoch=2, epochs=3)
    assert callback.trace == StepTrace(only_trace(tmp_path), 85, 87, 3)


def test_an_epoch_of_unknown_length_is_counted_as_it_comes(tmp_path: Path) -> None:
    unknown = build_batches().take(6).filter(lambda images, labels: True)
    callback = ProfileSteps(tmp_path, StepWindow(4, 10))
    with pytest.warns(UserWarning, match="ran out of data"):
        fit(callback, dataset=unknown, steps_per_epoch=None, epochs=2)
    assert callback.trace == StepTrace(only_trace(tmp_path), 4, 9, 6)
    events = read_events(callback.trace.file, "train")
    assert [stats.get("_r", 0) for _, _, stats in events] == [1, 1, 0, 1, 1, 1, 1], "the end of the data is no step"
    assert all(end <= begin for (_, end, _), (begin, _, _) in itertools.pairwise(events))


class Stop(keras.callbacks.Callback):
    def __init__(self, batch: int) -> None:
        super().__init__()
        self._batch = batch

    def on_train_batch_end(self, batch, logs=None) -> None:
        self.model.stop_training = batch == self._batch


def test_training_that_ends_within_the_window_keeps_what_there_is(tmp_path: Path) -> None:
    callback = ProfileSteps(tmp_path, StepWindow(10, 20))
    with pytest.warns(UserWarning, match="before the profiled steps 10:20 were done: the trace ends with step 13"):
        fit(callback, Stop(13))
    assert callback.trace == StepTrace(only_trace(tmp_path), 10, 13, 4)
    assert steps_of_xprof(callback.trace.file, tmp_path) == named(range(10, 14))


def test_training_that_ends_before_the_window_leaves_no_empty_trace(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="before the profiled steps 10:20 were done: there is no trace"):
        fit(ProfileSteps(tmp_path, StepWindow(10, 20)), Stop(5))
    assert list(tmp_path.iterdir()) == []


def test_a_failure_within_the_window_stops_the_profiler_and_leaves_no_trace(tmp_path: Path) -> None:
    class Fail(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None) -> None:
            if batch == 15:
                raise KeyError("planted")

    window = StepWindow(10, 20)
    with pytest.raises(KeyError, match="planted"), ProfileSteps(tmp_path, window) as callback:
        fit(callback, Fail())
    assert callback.trace is None
    assert find_step_trace(tmp_path) is None
    with ProfileSteps(tmp_path, window) as callback:
        fit(callback)
    assert callback.trace == StepTrace(only_trace(tmp_path), 10, 19, 10)


def test_a_second_profiler_is_refused_before_training(tmp_path: Path) -> None:
    begun: list[int] = []
    watch = keras.callbacks.LambdaCallback(on_train_batch_begin=lambda batch, logs: begun.append(batch))
    tf.profiler.experimental.start(str(tmp_path))
    try:
        with pytest.raises(InputError, match="a profiler is running already in this process, .*: end it with tf.prof"):
            fit(ProfileSteps(tmp_path, StepWindow(10, 20)), watch)
    finally:
        tf.profiler.experimental.stop(save=False)
    assert begun == []


def test_a_folder_that_cannot_be_written_is_told_before_training(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file/traces cannot be written: Not a directory"):
        fit(ProfileSteps(tmp_path / "file" / "traces", StepWindow(10, 20)))


def test_a_folder_and_a_window_may_be_plain_text(tmp_path: Path) -> None:
    callback = ProfileSteps(str(tmp_path / "logs"), (10, 12))
    fit(callback)
    assert callback.trace == StepTrace(only_trace(tmp_path / "logs"), 10, 11, 2)


def test_what_the_callback_is_given_wrongly_is_told_by_its_name() -> None:
    with pytest.raises(
        InputError, match=r'^ProfileSteps\(folder\) must be a path as str or Path, such as "logs", got 5\.$'
    ):
        ProfileSteps(5, "2:5")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r'^ProfileSteps\(window\) must be "START:STOP" or .*, got 5\.$'):
        ProfileSteps("logs", 5)  # type: ignore[arg-type]
