"""The options of ``mnist-bench run``: how long a step takes, as a number or from a trace."""

from pathlib import Path

import pytest
from made_traces import make_waits, save
from spaces import PYTHON, Made, make_space

from bench.commands.run import read_step_ms
from mnist_core.language.errors import InputError


def test_a_number_is_milliseconds() -> None:
    assert read_step_ms(None) is None
    assert read_step_ms("2.5") == 2.5


def test_a_trace_tells_how_long_its_steps_compute_without_their_waits(tmp_path: Path) -> None:
    file = save(tmp_path, make_space(make_waits(1000, 2000, 4000, 3000, 2000, 2500, 2000, 2000)))
    assert read_step_ms(str(file)) == read_step_ms(str(tmp_path)) == 7.75


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("fast", "--step-ms must be milliseconds or a trace's file or folder, got 'fast'"),
        ("empty", "--step-ms .*empty: "),
        ("unmarked", "--step-ms .*unmarked: .*: give the milliseconds"),
    ],
)
def test_what_tells_no_step_is_bad_input(text: str, told: str, tmp_path: Path) -> None:
    for name in ("empty", "unmarked"):
        (tmp_path / name).mkdir()
    save(tmp_path / "unmarked", make_space({PYTHON: [Made("train", 0, 1000, {"step_num": 1, "_r": 1})]}))
    path = tmp_path / text
    with pytest.raises(InputError, match=told):
        read_step_ms(str(path) if path.exists() else text)
