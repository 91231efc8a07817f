"""Traces that are read back."""

from pathlib import Path

from profiled import fit, only_trace

from mnist_core.profiling.callback import ProfileSteps
from mnist_core.profiling.step_trace import find_step_trace
from mnist_core.profiling.window import StepWindow


def test_a_trace_cut_short_by_a_kill_counts_as_none(tmp_path: Path) -> None:
    fit(ProfileSteps(tmp_path, StepWindow(10, 13)))
    file = only_trace(tmp_path)
    later = file.parent.with_name("9999_12_31_23_59_59") / file.name
    later.parent.mkdir()
    later.write_bytes(file.read_bytes()[:-1])
    assert find_step_trace(tmp_path).file == file
