"""``mnist-report page`` and ``mnist-report picture``: what a user sees, and what lies there afterwards."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from page_runs import write_trace

from reports.page.files import PAGES, PageError, check_path

ROOT = Path(__file__).parents[3]
RECORD = Path(__file__).parents[1] / "stored" / "format1.json"


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    command = [sys.executable, "-m", "reports", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=environment)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder with runs/ in it, as a user has it."""
    for name in ("20260101-000000", "20260102-000000"):
        (tmp_path / "runs" / name).mkdir(parents=True)
        shutil.copy(RECORD, tmp_path / "runs" / name / "record.json")
    return tmp_path


@pytest.mark.process
def test_the_newest_run_becomes_report_html(work: Path) -> None:
    write_trace(work / "runs" / "20260102-000000")
    done = run("page", cwd=work)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "report.html: 0.9 MB, 1 run, 1 trace; open it in a browser\n"
    page = (work / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert page.endswith("</html>")
    assert "20260102-000000" in page
    assert "20260101-000000" not in page
    assert sorted(path.name for path in work.iterdir()) == ["report.html", "runs"]


@pytest.mark.process
def test_several_runs_and_a_damaged_trace_are_one_page_and_a_warning(work: Path) -> None:
    damaged = write_trace(work / "runs" / "20260101-000000")
    damaged.write_bytes(b"nonsense")
    done = run("page", "runs/20260101-000000", "runs/20260102-000000", "-o", "both.html", cwd=work)
    assert done.returncode == 0
    assert done.stdout == "both.html: 0.9 MB, 2 runs, 0 traces; open it in a browser\n"
    assert done.stderr.startswith("warning: A trace could not be read: post/2026_11_23 is ")
    assert done.stderr.count("\n") == 1
    assert "A trace could not be read: post/2026_11_23 is " in (work / "both.html").read_text(encoding="utf-8")


@pytest.mark.process
@pytest.mark.parametrize(("name", "beginning"), [("a.svg", b"<svg"), ("a.png", b"\x89PNG")])
def test_a_picture_is_a_file(name: str, beginning: bytes, work: Path) -> None:
    done = run("picture", "runs/20260102-000000", "-o", name, "--dark", cwd=work)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{name}: ")
    assert (work / name).read_bytes().startswith(beginning)


@pytest.mark.process
def test_a_picture_is_called_after_its_chart(work: Path) -> None:
    assert run("picture", "--chart", "first-batch", cwd=work).returncode == 0
    picture = (work / "first-batch.svg").read_text(encoding="utf-8")
    assert "First batch, milliseconds after the iterator is made" in picture
    assert "http" not in picture.replace("http://www.w3.org/", "")


@pytest.mark.process
def test_bad_input_is_one_line_and_exit_code_2(work: Path) -> None:
    (work / "damaged.json").write_text("{")
    (work / "folder.html").mkdir()
    charts = "throughput, frontier, first-batch, memory, feeding, inference, claims, pipelines, benchmarks, turns"
    for arguments, reason in (
        (["page", "nowhere"], "nowhere does not exist: give a run's folder or its record.json."),
        (["page", "damaged.json"], "damaged.json is not JSON, or only a part of it."),
        (
            ["page", "-o", "runs/20260102-000000/record.json"],
            "runs/20260102-000000/record.json must end with .html or .htm.",
        ),
        (["page", "-o", "folder.html"], "folder.html is a folder: name a file in it."),
        (["page", "-o", "damaged.json/report.html"], "damaged.json/report.html cannot be written: File exists."),
        (["picture", "--chart", "pie"], f"--chart must be one of {charts}, got 'pie'."),
        (["picture", "-o", "a.gif"], "a.gif must end with .svg or .png."),
        (
            ["picture", "--chart", "memory"],
            "this run has nothing for the picture memory: it has throughput, first-batch, turns.",
        ),
    ):
        done = run(*arguments, cwd=work)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {reason}\n")
    assert sorted(path.name for path in work.iterdir()) == ["damaged.json", "folder.html", "runs"]


@pytest.mark.process
def test_without_a_run_it_says_how_to_make_one(tmp_path: Path) -> None:
    done = run("page", cwd=tmp_path)
    reason = "error: runs/ holds no record: name one, or make one with pytest bench/ --benchmark-only.\n"
    assert (done.returncode, done.stderr) == (2, reason)


def test_the_end_of_the_name_decides_what_may_be_written_over(tmp_path: Path) -> None:
    check_path(tmp_path / "a.HTML", PAGES)
    with pytest.raises(PageError, match="must end with"):
        check_path(tmp_path / "html", PAGES)


@pytest.mark.process
def test_neither_tensorflow_nor_keras_is_imported() -> None:
    script = "import sys; from reports.page import compose, picture; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


@pytest.mark.process
@pytest.mark.parametrize(
    ("command", "example"),
    [("page", "mnist-report page runs/mlp -o trace.html"), ("picture", "mnist-report picture -o throughput.svg")],
)
def test_help_has_examples(command: str, example: str, tmp_path: Path) -> None:
    assert example in run(command, "--help", cwd=tmp_path).stdout
