"""The profiled steps of a whole training: every loop, resumed, interrupted, begun again."""

import json
from pathlib import Path

import pytest
from profiled import fetches_outside_of_steps, fit, named, only_trace, read_events, steps_of_xprof
from trainings import Interrupt, spec

from mnist_core.digits.load import Digits
from mnist_core.language.errors import InputError
from mnist_core.profiling.callback import ProfileSteps
from mnist_core.profiling.step_trace import StepTrace, find_step_trace
from mnist_core.profiling.window import StepWindow
from mnist_core.training.run_folder import RunFolder
from mnist_core.training.train import train


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


def test_a_window_past_the_end_is_refused_before_training(digits: Digits, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="go beyond the end of training, which has 40 steps"):
        fit(ProfileSteps(tmp_path / "fit", StepWindow(30, 41)))
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(InputError, match="go beyond the end of training, which has 21 steps"):
        train(spec(), digits, folder, profile=StepWindow(20, 22))
    assert not folder.path.exists()


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
