"""The interpreter that a person names: real ones, and programs that only act as one."""

import os
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from bench.slots import interpreter
from bench.slots.interpreter import (
    FIRST_TENSORFLOW,
    LAST_TENSORFLOW,
    Interpreter,
    find_interpreter,
    tell_apart,
    tell_wanted,
)
from mnist_core import InputError

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.process


def make_program(folder: Path, said: str, *, code: int = 0) -> str:
    program = folder / "python"
    program.write_text(f"#!/bin/sh\n{said}\nexit {code}\n")
    program.chmod(0o755)
    return str(program)


def make_python(folder: Path, python: str, tensorflow: str) -> str:
    return make_program(
        folder, f"""echo hello; echo 'interpreter: {{"python": {python}, "tensorflow": {tensorflow}}}'"""
    )


def test_this_one_is_found_with_its_tensorflow() -> None:
    assert find_interpreter(sys.executable) == Interpreter(sys.executable, sys.executable, version("tensorflow"))


def test_a_link_stays_a_link_and_a_name_is_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = make_python(tmp_path, "[3, 12, 1]", '"2.18.1"')
    (tmp_path / "mine").symlink_to(python)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.chdir(tmp_path)
    for text in ("mine", "./mine"):
        assert find_interpreter(text) == Interpreter(text, str(tmp_path / "mine"), "2.18.1")


def test_files_beside_it_are_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    assert find_interpreter(sys.executable).path == sys.executable


@pytest.mark.parametrize(
    ("python", "tensorflow", "reason"),
    [
        ("[3, 9, 18]", "null", "is Python 3.9.18: it must be 3.10 or newer."),
        ("[3, 12, 1]", "null", "has no TensorFlow: {path} -m pip install 'tensorflow>=2.18,<2.22'."),
        ("[3, 12, 1]", '"2.17.1"', "has TensorFlow 2.17.1: it must be 2.18 to 2.21."),
        ("[3, 12, 1]", '"2.22.0"', "has TensorFlow 2.22.0: it must be 2.18 to 2.21."),
        ("[3, 12, 1]", '"unknown"', "has TensorFlow unknown: it must be 2.18 to 2.21."),
    ],
)
def test_one_that_runs_no_worker_is_refused_in_one_line(
    python: str, tensorflow: str, reason: str, tmp_path: Path
) -> None:
    path = make_python(tmp_path, python, tensorflow)
    with pytest.raises(InputError) as caught:
        find_interpreter(path)
    assert str(caught.value) == f"--python {path} {reason.format(path=path)}"


@pytest.mark.parametrize("tensorflow", ["2.18.0", "2.21.3", "2.19.0rc1"])
def test_the_first_and_the_last_version_are_taken(tensorflow: str, tmp_path: Path) -> None:
    assert find_interpreter(make_python(tmp_path, "[3, 10, 0]", f'"{tensorflow}"')).tensorflow == tensorflow


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        ("echo what is -? >&2; echo >&2", 2, "what is -?"),
        ("echo 3.12.1", 0, "exit code 0"),
        ("", 7, "exit code 7"),
    ],
)
def test_what_is_no_python_is_refused_with_its_last_words(said: str, code: int, words: str, tmp_path: Path) -> None:
    path = make_program(tmp_path, said, code=code)
    with pytest.raises(InputError) as caught:
        find_interpreter(path)
    assert str(caught.value) == f"--python {path} is no Python interpreter that works: {words}."


def test_a_path_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    for text in (str(tmp_path), str(tmp_path / "bin/python")):
        with pytest.raises(InputError, match="is no program: give an interpreter, such as /path/to/venv/bin/python"):
            find_interpreter(text)


def test_one_that_cannot_be_started_or_says_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = tmp_path / "foreign"
    foreign.write_bytes(b"\x7fELF, for another processor")
    foreign.chmod(0o755)
    with pytest.raises(InputError, match=r"foreign cannot be started: Exec format error\."):
        find_interpreter(str(foreign))
    monkeypatch.setattr(interpreter, "LIMIT_S", 0.1)
    with pytest.raises(InputError, match=r"gave no answer within 0\.1 s\."):
        find_interpreter(make_program(tmp_path, "exec sleep 20"))


def test_rows_are_told_by_the_version_or_else_by_the_words_of_the_person() -> None:
    old, other, new = (
        Interpreter(text, f"/{text}", version)
        for text, version in (("old", "2.18.1"), ("other", "2.18.1"), ("new", "2.20.0"))
    )
    assert tell_apart([old, new]) == ["TensorFlow 2.18.1", "TensorFlow 2.20.0"]
    assert tell_apart([old, other, new]) == ["old", "other", "TensorFlow 2.20.0"]
    assert tell_apart([old, old]) == ["old (1)", "old (2)"]
    assert tell_apart([new]) == [""]


def test_the_versions_are_those_that_we_ask_for_ourselves() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"{tell_wanted()}"' in text
    wanted = Requirement(tell_wanted()).specifier
    for minor in range(10, 30):
        assert wanted.contains(f"2.{minor}.1") == (FIRST_TENSORFLOW <= (2, minor) <= LAST_TENSORFLOW)
