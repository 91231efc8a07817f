"""``pytest bench/``, for real, on a few digits: the table, the record, the ids and pytest-benchmark's own flags."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_core.named_orderings import NAMED_ORDERINGS
from reports.record import KEY, load_record

ROOT = Path(__file__).parent.parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the bench and what it needs, so that a run leaves nothing in the real one."""
    for name in ("bench", "mnist_core", "reports"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def bench(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "bench/", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)


def test_the_main_job_prints_the_table_and_keeps_the_record(checkout: Path, digits_file: str) -> None:
    own = "shuffle(10).batch(8).map()"
    done = bench(checkout, "--benchmark-only", "--data", digits_file, "--budget", "1", "--ordering", own)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = checkout.glob("runs/*/record.json")
    record = load_record(path)
    assert [case.name for case in record.cases] == [*NAMED_ORDERINGS, own]
    assert {len(case.turns) for case in record.cases} == {5}
    assert {case.device for case in record.cases} == {"cpu"}
    assert {case.setting.data_name for case in record.cases} == {"bars.npz"}
    assert {turn.sample.num_examples for case in record.cases for turn in case.turns} == {200}
    table = done.stdout.split(" orderings ===")[1]
    for case in record.cases:
        assert re.search(rf"^ +[*~]? +{re.escape(case.name)} ", table, re.MULTILINE), case.name
    assert "200 examples a turn of bars.npz" in table
    assert "5 turns each after a warm-up" in table
    assert "\x1b" not in done.stdout
    assert "round 4 done after" in done.stdout
    assert list((checkout / "runs").iterdir()) == [path.parent]


def test_pytest_benchmarks_file_holds_the_very_turns(checkout: Path, digits_file: str) -> None:
    arguments = (
        "--benchmark-only",
        "--data",
        digits_file,
        "--budget",
        "1",
        "-k",
        "no_prefetch",
        "--benchmark-json",
        "my.json",
    )
    done = bench(checkout, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    (benchmark,) = json.loads((checkout / "my.json").read_text())["benchmarks"]
    assert benchmark["fullname"] == "bench/bench_orderings.py::bench_ordering[no_prefetch-default-cpu]"
    assert benchmark["group"] == "orderings"
    assert benchmark["options"]["timer"] == "measured turns"
    turns = benchmark["extra_info"][KEY]["turns"]
    assert benchmark["stats"]["data"] == [turn["sample"]["wall_ns"] / 1e9 for turn in turns]
    assert not (checkout / "runs").exists(), "a file of the user's choice is the only one"


def test_saving_comparing_and_failing_work_as_everybody_knows_them(checkout: Path, digits_file: str) -> None:
    common = (
        "--benchmark-only",
        "--data",
        digits_file,
        "--budget",
        "1",
        "-k",
        "gather",
        "--benchmark-columns=min,median",
    )
    assert bench(checkout, *common, "--benchmark-save=one").returncode == 0
    done = bench(checkout, *common, "--benchmark-compare=0001", "--benchmark-compare-fail=median:9999%")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "(0001_one)" in done.stdout
    assert "(NOW)" in done.stdout


def test_every_case_runs_once_without_a_table_when_disabled(checkout: Path, digits_file: str) -> None:
    done = bench(checkout, "--benchmark-disable", "--data", digits_file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(NAMED_ORDERINGS)} passed" in done.stdout
    assert "ratio to post" not in done.stdout
    assert not (checkout / "runs").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("--data", "nowhere.npz"), 2, "nowhere.npz"),
        (("--ordering", "shuffle(0).batch(1)"), 4, "--ordering: shuffle(buffer_size) must be an int >= 1, got 0."),
    ],
)
def test_wrong_input_stops_the_run_with_one_line(checkout: Path, arguments, code: int, reason: str) -> None:
    done = bench(checkout, "--benchmark-only", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert reason in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
