"""The fixture ``pipeline_benchmark`` in a project that is not ours, and has packages that are called as ours are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reports import summarize
from reports.record.file import load_record

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
DATA = """
import tensorflow as tf

def make(batch_size: int = 32, divisor: int = 1000):
    print("makes a dataset")
    dataset = tf.data.Dataset.range(200).map(lambda x: 1 // (x - divisor)).batch(batch_size)
    return {"train": dataset, "valid": dataset.take(2)}
"""
TESTS = f"""
import sys
import pytest
import bench
import reports.words
from bench.data import make

@pytest.mark.benchmark(group="theirs")
@pytest.mark.parametrize("part", ["train", "valid"])
def test_make(pipeline_benchmark, part):
    pipeline_benchmark(make, arguments={{"batch_size": bench.SIZE}}, select=part, seconds=1)

def test_something_else(benchmark):
    assert benchmark(lambda: reports.words.WORD) == "theirs"

def test_nothing_of_ours_is_imported_here():
    files = [str(getattr(module, "__file__", "")) for module in list(sys.modules.values())]
    assert [file for file in files if file.startswith(({str(ROOT)!r} + "/bench", {str(ROOT)!r} + "/reports"))] == []
    assert "mnist_core" not in sys.modules
"""
WRONG = """
from bench.data import make

def test_fails(pipeline_benchmark):
    pipeline_benchmark(make, arguments={"divisor": 100}, select="train", seconds=1)

def test_lambda(pipeline_benchmark):
    pipeline_benchmark(lambda: make(3))

def test_argument(pipeline_benchmark, tmp_path):
    pipeline_benchmark(make, arguments={"batch_size": tmp_path})

def test_after_another(pipeline_benchmark, benchmark):
    benchmark.pedantic(int)
    pipeline_benchmark(make, select="train")
"""
TWICE = """
from bench.data import make

def test_twice(pipeline_benchmark):
    for part in ("train", "valid"):
        print("asks for", part)
        pipeline_benchmark(make, select=part, seconds=1)
"""
ONE_A_TEST = (
    "pipeline_benchmark measures one pipeline a test, as benchmark does: parametrize the test, or write one for each."
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        "bench/__init__.py": "SIZE = 50\n",
        "bench/data.py": DATA,
        "reports/__init__.py": "",
        "reports/words.py": 'WORD = "theirs"\n',
        "test_theirs.py": TESTS,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "mnist_bench_pytest", "-p", "no:cacheprovider", "-q", *options],
        cwd=project,
        env={**os.environ, "COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_its_turns_are_rows_of_pytest_benchmark_and_its_tables_are_ours(project: Path) -> None:
    done = run(project, "--benchmark-json=out.json")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert any(line.startswith("-") and " benchmark 'theirs': 2 tests " in line for line in lines)
    (title,) = [number for number, line in enumerate(lines) if line.strip("= ") == "MNIST Bench"]
    rows = [line.split()[0] for line in lines[title:] if line.startswith("  test_make[")]
    assert rows == ["test_make[train]", "test_make[valid]"]
    assert " test_make[train]  bench.data:make" in lines[title:]
    stored = json.loads((project / "out.json").read_text(encoding="utf-8"))
    train, valid, other = stored["benchmarks"]
    turns = train["extra_info"]["mnist_bench"]["turns"]
    assert train["stats"]["data"] == [turn["sample"]["wall_ns"] / 1e9 for turn in turns]
    assert (train["options"]["timer"], other["options"]["timer"]) == ("measured turns", "perf_counter")
    assert len(turns) == train["stats"]["rounds"] >= 6
    assert {turn["sample"]["num_examples"] for turn in turns} == {200}
    assert "mnist_bench" not in other["extra_info"]
    del stored["benchmarks"][2]
    (project / "ours.json").write_text(json.dumps(stored), encoding="utf-8")
    summary = summarize(load_record(project / "ours.json"))
    assert [case.name for case in summary.cases] == rows
    assert valid["group"] == "theirs"


def test_what_cannot_be_measured_fails_in_one_line(project: Path) -> None:
    (project / "test_theirs.py").write_text(WRONG, encoding="utf-8")
    done = run(project)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert "was not used at all" not in done.stdout
    assert ONE_A_TEST in lines
    data = project / "bench/data.py"
    failed = f"bench.data:make fails in Map at {data}:6, element 100 counted from 0: InvalidArgumentError: Integer "
    (told,) = [number for number, line in enumerate(lines) if line.startswith(failed)]
    assert lines[told + 1] == "  | makes a dataset"
    assert any(
        "needs a function at the top of a file" in line and "<lambda>: move what makes" in line for line in lines
    )
    assert any("literals of Python, got PosixPath(" in line and "give a path as str(path)" in line for line in lines)
    assert "Traceback" not in done.stdout


def test_a_second_pipeline_of_a_test_fails_in_one_line_and_the_first_is_kept(project: Path) -> None:
    (project / "test_theirs.py").write_text(TWICE, encoding="utf-8")
    done = run(project, "--benchmark-json=out.json")
    lines = done.stdout.splitlines()
    assert ONE_A_TEST in lines
    assert "asks for valid" in lines
    assert len(json.loads((project / "out.json").read_text(encoding="utf-8"))["benchmarks"]) == 1
    assert "Traceback" not in done.stdout
    assert "FixtureAlreadyUsed" not in done.stdout


def test_without_pytest_benchmark_it_is_told_that_it_is_needed(project: Path) -> None:
    (project / "test_theirs.py").write_text(TWICE, encoding="utf-8")
    done = run(project, "-p", "no:benchmark")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert "pipeline_benchmark needs pytest-benchmark: install it, and leave out -p no:benchmark." in lines
    assert "asks for train" not in lines


@pytest.mark.parametrize(
    ("option", "outcome"), [("--benchmark-disable", "4 passed"), ("--benchmark-skip", "1 passed, 3 skipped")]
)
def test_without_a_benchmark_a_batch_is_drawn_or_nothing_done(project: Path, option: str, outcome: str) -> None:
    done = run(project, option)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith(outcome)
    assert "MNIST Bench" not in done.stdout
