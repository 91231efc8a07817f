"""``mnist-report export``: what a user, a workflow and a script get."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from foreign import make_odd_file, write_file

from reports.formats.names import FORMATS

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[3]
RECORD = Path(__file__).parents[1] / "stored" / "format1.json"
TEXTS = [name for name in FORMATS if name != "hparams"]


def run(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "reports", "export", *arguments],
        capture_output=True,
        check=False,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_holds_what_standard_output_shows(name: str, tmp_path: Path) -> None:
    shown = run(str(RECORD), "--to", name)
    written = run(str(RECORD), "--to", name, "-o", str(tmp_path / "new" / "file"))
    assert (shown.returncode, shown.stderr, written.returncode, written.stdout) == (0, b"", 0, b"")
    assert (tmp_path / "new" / "file").read_bytes() == shown.stdout
    assert b"post" in shown.stdout
    assert shown.stdout.endswith(b"\n")
    assert b"\x1b" not in shown.stdout


def test_the_newest_run_is_the_default_and_a_summary_is_added_to(tmp_path: Path) -> None:
    (tmp_path / "runs" / "20260102-000000").mkdir(parents=True)
    shutil.copy(RECORD, tmp_path / "runs" / "20260102-000000" / "record.json")
    summary = tmp_path / "summary.md"
    summary.write_bytes(b"before\n")
    with summary.open("ab") as file:
        file.write(run("--to", "markdown", cwd=tmp_path).stdout)
    assert summary.read_text(encoding="utf-8").startswith("before\n### MNIST Bench: 2 cases on cpu\n")


def test_turns_are_rows() -> None:
    cases = list(csv.DictReader(io.StringIO(run(str(RECORD), "--to", "csv").stdout.decode())))
    turns = list(csv.DictReader(io.StringIO(run(str(RECORD), "--to", "csv", "--turns").stdout.decode())))
    assert len(turns) == sum(int(case["num_turns"]) for case in cases) > len(cases)


def test_hparams_makes_a_folder_once(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    assert run(str(RECORD), "--to", "hparams", "-o", str(folder)).returncode == 0
    assert sorted(entry.name for entry in folder.iterdir() if entry.is_dir()) == [
        *("gather_indices-default-cpu", "post-default-cpu"),
    ]
    again = run(str(RECORD), "--to", "hparams", "-o", str(folder))
    assert again.returncode == 2
    assert again.stderr.decode() == f"error: {folder} cannot be written: Directory not empty: name a new folder.\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--to", "yaml"], "--to must be one of markdown, csv, json, github-benchmark, bencher, hparams, got 'yaml'."),
        (
            ["--to", "CSV"],
            "--to must be one of markdown, csv, json, github-benchmark, bencher, hparams, got 'CSV': did you mean csv?",
        ),
        (["--to", "json", "--turns"], "--turns belongs to --to csv, got --to json."),
        (["--to", "hparams"], "--to hparams makes a folder: name it with -o."),
        (["--to", "csv"], "runs/ holds no record: name one, or make one with pytest bench/ --benchmark-only."),
        (["none", "--to", "csv"], "none does not exist: give a run's folder or its record.json."),
        ([str(RECORD), "--to", "csv", "-o", "."], ". cannot be written: Is a directory."),
        ([str(RECORD), "--to", "csv", "-o", "taken/file"], "taken/file cannot be written: File exists."),
        (
            [str(RECORD), "--to", "hparams", "-o", "taken"],
            "taken cannot be written: Not a directory: name a new folder.",
        ),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments: list[str], reason: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"mine")
    done = run(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (2, b"", f"error: {reason}\n")
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("taken", b"mine")]


def test_text_beyond_ascii_is_written_whatever_the_terminal_speaks(tmp_path: Path) -> None:
    stored = json.loads(RECORD.read_text(encoding="utf-8"))
    stored["machine_info"] = {"mnist_bench": {"cpu": "Prozessor größer", "num_cores": 2, "system": "Linux"}}
    (tmp_path / "record.json").write_text(json.dumps(stored), encoding="utf-8")
    done = run(str(tmp_path), "--to", "markdown", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert "größer" in done.stdout.decode()


def test_help_has_examples_and_every_format() -> None:
    text = run("--help", COLUMNS="200", NO_COLOR="1").stdout.decode()
    assert "mnist-report export --to markdown >> $GITHUB_STEP_SUMMARY" in text
    assert all(name in text for name in FORMATS)


def test_a_damaged_benchmark_is_told_beside_what_is_written(tmp_path: Path) -> None:
    write_file(tmp_path / "odd.json", make_odd_file())
    done = run("odd.json", "--to", "csv", cwd=tmp_path)
    assert done.returncode == 0
    assert b"tests/test_ticks.py::test_ticks" in done.stdout
    assert b"warning: tests/test_nan.py::test_nan is damaged and left out\n" in done.stderr
    assert done.stderr.count(b"\n") == 3
