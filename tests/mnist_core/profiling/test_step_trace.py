"""Which steps a trace holds, and which of several traces is meant."""

from pathlib import Path

import pytest
from profiled import fit, only_trace
from spaces import PYTHON, Made, make_space

from mnist_core.language.errors import InputError
from mnist_core.profiling.callback import ProfileSteps
from mnist_core.profiling.step_trace import StepTrace, find_step_trace, finish_step_trace
from mnist_core.profiling.window import StepWindow

STEPS = [
    Made("train", 10 * step, 9, {"step_num": step, "num_batches": 4, "_r": 1}) for step in (12, 16, 8)
]  # in no order
FAILED = Made("train", 90, 5, {"step_num": 20})


def save(folder: Path, session: str, events: list[Made]) -> Path:
    file = folder / "plugins" / "profile" / session / "vm.xplane.pb"
    file.parent.mkdir(parents=True)
    file.write_bytes(make_space({PYTHON: events}).SerializeToString())
    return file


def test_a_step_that_takes_several_batches_ends_with_the_last_of_them(tmp_path: Path) -> None:
    file = save(tmp_path, "1", [*STEPS, FAILED])
    trace = StepTrace(file, first_step=8, last_step=19, num_markers=3)
    assert find_step_trace(tmp_path) == finish_step_trace(tmp_path) == trace
    assert trace.folder == tmp_path


def test_the_newest_trace_with_a_marked_step_is_found(tmp_path: Path) -> None:
    assert find_step_trace(tmp_path) is None
    save(tmp_path, "1", STEPS[:1])
    file = save(tmp_path, "2", STEPS)
    save(tmp_path, "3", [FAILED])
    assert find_step_trace(tmp_path).file == file


@pytest.mark.parametrize("events", [None, [], [FAILED]])
def test_a_trace_without_a_marked_step_cannot_be_finished(tmp_path: Path, events: list[Made] | None) -> None:
    if events is not None:
        save(tmp_path, "1", events)
    with pytest.raises(InputError, match=r"got no trace with a marked step: choose other steps to profile\.$"):
        finish_step_trace(tmp_path)


def test_a_trace_of_a_loop_is_written_again_and_any_other_stays_as_it_is(tmp_path: Path) -> None:
    plain = save(tmp_path / "plain", "1", STEPS)
    looped = save(tmp_path / "looped", "1", [*STEPS, Made("ExecutorState::Process", 0, 9, {"iter_num": 3})])
    before = {file: (file.stat().st_ino, file.read_bytes()) for file in (plain, looped)}
    for file in (plain, looped):
        finish_step_trace(file.parents[3])
    assert (plain.stat().st_ino, plain.read_bytes()) == before[plain]
    assert looped.read_bytes() != before[looped][1]
    assert b"loop_iter_num" in looped.read_bytes()


def test_a_trace_cut_short_by_a_kill_counts_as_none(tmp_path: Path) -> None:
    fit(ProfileSteps(tmp_path, StepWindow(10, 13)))
    file = only_trace(tmp_path)
    later = file.parent.with_name("9999_12_31_23_59_59") / file.name
    later.parent.mkdir()
    later.write_bytes(file.read_bytes()[:-1])
    assert find_step_trace(tmp_path).file == file
