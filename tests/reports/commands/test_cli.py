"""``mnist-report``: what a user sees, and what a script gets."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[3]
RECORD = Path(__file__).parents[1] / "stored" / "format1.json"


def run(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "reports", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=environment)


def test_show_prints_the_table_without_colour_into_a_pipe() -> None:
    done = run("show", str(RECORD))
    assert (done.returncode, done.stderr) == (0, "")
    assert "gather_indices" in done.stdout
    assert "ratio to post" in done.stdout
    assert "\x1b" not in done.stdout


def test_show_takes_the_newest_run(tmp_path: Path) -> None:
    for name in ("20260101-000000", "20260102-000000"):
        (tmp_path / "runs" / name).mkdir(parents=True)
    (tmp_path / "runs" / "20260101-000000" / "record.json").write_text("old and damaged")
    shutil.copy(RECORD, tmp_path / "runs" / "20260102-000000" / "record.json")
    assert "gather_indices" in run("show", cwd=tmp_path).stdout


def test_bad_input_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    for arguments, reason in (
        (["show", "nowhere.json"], "error: nowhere.json does not exist: give a run's folder or its record.json.\n"),
        (["show"], "error: runs/ holds no record: name one, or make one with pytest bench/ --benchmark-only.\n"),
    ):
        done = run(*arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", reason)


def test_help_has_an_example() -> None:
    assert "mnist-report show runs/" in run("show", "--help").stdout
