"""Traces of marked steps, captured for real and read back by xprof: none is ever empty."""

import itertools
import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.tsl.profiler.protobuf import xplane_pb2
from trainings import Interrupt, spec
from xprof.convert.raw_to_tool_data import xspace_to_tool_data

from mnist_core.digits.load import Digits
from mnist_core.language.errors import InputError
from mnist_core.profiling.callback import ProfileSteps
from mnist_core.profiling.own_loop import StepProfiler
from mnist_core.profiling.step_trace import StepTrace, find_step_trace
from mnist_core.profiling.window import StepWindow
from mnist_core.training.run_folder import RunFolder
from mnist_core.training.train import train

NUM_STEPS = 40


@pytest.fixture(autouse=True)
def _no_profiler_left() -> Iterator[None]:
    """Every test leaves the profiler stopped, so that another can start."""
    yield
    tf.profiler.experimental.start("")
    tf.profiler.experimental.stop(save=False)


def build_batches() -> tf.data.Dataset:
    images = np.zeros((64, 28, 28), np.float32)
    return tf.data.Dataset.from_tensor_slices((images, np.zeros(64, np.int64))).shuffle(64).batch(4).repeat()


def fit(*callbacks: keras.callbacks.Callback, steps_per_execution: int = 1, **choices) -> None:
    model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss, steps_per_execution=steps_per_execution)
    dataset = choices.pop("dataset", None) or build_batches()
    options = {"steps_per_epoch": NUM_STEPS, "shuffle": False, "verbose": 0, **choices}
    model.fit(dataset, callbacks=list(callbacks), **options)


def only_trace(folder: Path) -> Path:
    (file,) = folder.glob("plugins/profile/*/*.xplane.pb")
    return file


def steps_of_xprof(file: Path, folder: Path) -> list[str]:
    """What the Profile tab's overview has as steps; xprof writes beside the file, which is copied for that."""
    copy = shutil.copy(file, folder / "copy.xplane.pb")
    text, _ = xspace_to_tool_data([str(copy)], "overview_page", {"use_saved_result": False})
    return [row["c"][0]["v"] for row in json.loads(text)[1]["rows"]]


def named(numbers: range) -> list[str]:
    return [f"train {number}" for number in numbers]


def read_events(file: Path, name: str) -> list[tuple[int, int, dict[str, int]]]:
    """Begin and end in picoseconds, and the arguments, of the events of that name."""
    space = xplane_pb2.XSpace.FromString(file.read_bytes())
    found = []
    for plane in space.planes:
        for line in plane.lines:
            for event in line.events:
                if plane.event_metadata[event.metadata_id].name == name:
                    begin = line.timestamp_ns * 1000 + event.offset_ps
                    stats = {plane.stat_metadata[stat.metadata_id].name: stat.int64_value for stat in event.stats}
                    found.append((begin, begin + event.duration_ps, stats))
    return sorted(found, key=lambda event: event[0])


def fetches_outside_of_steps(file: Path) -> tuple[int, int]:
    """How many fetches of a batch there are, and how many of them lie outside of every marked step."""
    steps = read_events(file, "train")
    fetches = read_events(file, "Iterator::Root")
    inside = [any(begin <= fetch[0] and fetch[1] <= end for begin, end, _ in steps) for fetch in fetches]
    return len(fetches), inside.count(False)


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


@pytest.mark.parametrize("loop", ["fit", "graph", "eager"])
def test_every_loop_marks_each_step_with_its_fetch(loop: str, digits: Digits, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    chosen = spec("shuffle(200).batch(5).map().repeat()", loop=loop, epochs=2, steps_per_epoch=10)
    result = train(chosen, digits, folder, profile=StepWindow(12, 20))
    file = only_trace(folder.path / "traces" / "train")
    assert result.trace == StepTrace(file, 12, 19, 8)
    assert json.loads(folder.result.read_text())["trace"] == {
        "file": file.relative_to(folder.path).as_posix(),
        "first_step": 12,
        "last_step": 19,
        "num_markers": 8,
    }
    assert steps_of_xprof(file, tmp_path) == named(range(13, 19))
    assert [stats["step_num"] for _, _, stats in read_events(file, "train")] == list(range(12, 20))
    num_fetches, num_outside = fetches_outside_of_steps(file)
    assert (num_fetches, num_outside) == (8, 0)


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


def test_a_window_past_the_end_is_refused_before_training(digits: Digits, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="go beyond the end of training, which has 40 steps"):
        fit(ProfileSteps(tmp_path / "fit", StepWindow(30, 41)))
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(InputError, match="go beyond the end of training, which has 21 steps"):
        train(spec(), digits, folder, profile=StepWindow(20, 22))
    assert not folder.path.exists()


def test_a_folder_that_cannot_be_written_is_told_before_training(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file/traces cannot be written: Not a directory"):
        fit(ProfileSteps(tmp_path / "file" / "traces", StepWindow(10, 20)))


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


def interrupted(digits: Digits, folder: RunFolder, window: StepWindow | None) -> None:
    with pytest.raises(KeyboardInterrupt):  # in the second of three epochs of 7 steps
        train(spec(), digits, folder, profile=window, listeners=[Interrupt(1)])


def test_a_resumed_run_keeps_the_trace_of_its_first_go(digits: Digits, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    interrupted(digits, folder, StepWindow(2, 5))
    file = only_trace(folder.train_traces)
    resumed = train(spec(), digits, folder, profile=StepWindow(2, 5))
    assert resumed.trace == StepTrace(file, 2, 4, 3)


def test_a_resumed_run_profiles_what_is_left_but_its_first_step(digits: Digits, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    interrupted(digits, folder, None)
    with pytest.raises(InputError, match="the steps 2:5 are behind: .* goes on at step 7. Profile 8:11, or leave that"):
        train(spec(), digits, folder, profile=StepWindow(2, 5))
    resumed = train(spec(), digits, folder, profile=StepWindow(6, 10))
    assert resumed.trace == StepTrace(only_trace(folder.train_traces), 8, 9, 2)


def test_restart_throws_the_trace_away_and_no_profile_leaves_none(digits: Digits, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    train(spec(epochs=1), digits, folder, profile=StepWindow(2, 5))
    again = train(spec(epochs=1), digits, folder, restart=True)
    assert again.trace is None
    assert json.loads(folder.result.read_text())["trace"] is None
    assert sorted(path.name for path in folder.path.iterdir()) == ["best.keras", "logs", "result.json"]


def test_an_interrupt_within_the_window_stops_the_profiler(digits: Digits, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    interrupted(digits, folder, StepWindow(8, 14))
    assert find_step_trace(folder.train_traces) is None


def test_a_trace_cut_short_by_a_kill_counts_as_none(tmp_path: Path) -> None:
    fit(ProfileSteps(tmp_path, StepWindow(10, 13)))
    file = only_trace(tmp_path)
    later = file.parent.with_name("9999_12_31_23_59_59") / file.name
    later.parent.mkdir()
    later.write_bytes(file.read_bytes()[:-1])
    assert find_step_trace(tmp_path).file == file
