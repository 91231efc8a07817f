"""A stored run's cases, measured once more: which of them, and, for real, what the command says of them."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from case_records import change, make_case_record

from bench.cases.selection import build_case
from bench.commands import against
from bench.gate.rerun import find_cases, narrow_run
from mnist_core.language.errors import InputError
from reports.record.case import Fitting
from reports.record.machine import Machine, Setting
from reports.record.record import CaseRecord, Record
from reports.record.sample import Sample, Turn

ROOT = Path(__file__).parents[3]
SETTING = Setting("bars", "f" * 64, ())


def store(name: str, consumer="drain", arm="raw", **choices) -> CaseRecord:
    case = build_case(name, consumer, arm=arm, step_ms=choices.get("step_ms"))
    turns = (Turn(0, Sample(1, 1, 1, 200)),)
    return make_case_record(name, case.subject.text, SETTING, turns, consumer=consumer, arm=arm, **choices)


def find(*cases: CaseRecord, patterns: tuple[str, ...] = ()) -> list[str]:
    found = find_cases(Record(cases, Machine("cpu", 2, "Linux"), ""), patterns)
    assert {case.num_examples for case, _ in found} == {200}
    return [case.id for case, _ in found]


def test_timed_cases_that_are_still_the_same_are_found() -> None:
    own = "shuffle(10).batch(8).map()"
    same = [store("post"), store("post", "step"), store("post", "emulated", step_ms=2.0), store(own)]
    assert find(*same) == ["post-raw-cpu", "post-step-raw-cpu", "post-emulated-2ms-raw-cpu", f"{own}-raw-cpu"]
    assert find(*same, patterns=("*-step-*",)) == ["post-step-raw-cpu"]


@pytest.mark.parametrize(
    "same",
    [
        change(store("post"), name="unheard_of"),
        change(store("post"), choices=(("source", "png"),)),
        replace(store("post"), case=replace(store("post").case, consumer="fit", fitting=Fitting(), num_examples=200)),
        replace(store("post"), case=replace(store("post").case, consumer="copy")),
        replace(store("post"), case=replace(store("post").case, consumer="train", device="gpu"), device_use=None),
    ],
    ids=lambda record: record.case.label,
)
def test_any_timed_case_is_rebuilt_as_it_was_measured(same: CaseRecord) -> None:
    ((case, record),) = find_cases(Record((same,), Machine("cpu", 2, "Linux"), ""), ())
    assert case == replace(same.case, num_examples=200)
    assert record is same


def test_a_model_that_predicts_is_not_narrowed_to_what_it_predicted() -> None:
    predicting = replace(store("post").case, consumer="infer", model="mlp", batch_size=8)
    ((case, _),) = find_cases(Record((replace(store("post"), case=predicting),), Machine("cpu", 2, "Linux"), ""), ())
    assert case == predicting


@pytest.mark.parametrize(
    "gone",
    [
        change(store("post"), ordering="batch(1)"),
        change(store("post"), name="control"),
        change(store("post"), name="own", ordering="map().rain()"),
        change(store("post"), choices=(("source", "rain"),)),
        change(store("post"), device="gpu"),
        change(store("post"), arm="unheard_of"),
        change(store("post"), consumer="unheard_of"),
        change(store("post"), consumer="emulated"),
    ],
    ids=lambda record: record.case.label,
)
def test_what_this_version_has_not_or_has_otherwise_is_left_out(gone: CaseRecord) -> None:
    assert find(gone, store("no_prefetch")) == ["no_prefetch-raw-cpu"]
    kept = store("no_prefetch")
    narrowed = narrow_run(Record((gone, kept), Machine("cpu", 2, "Linux"), ""), ())
    assert narrowed.cases == ((gone, kept) if gone.name != "control" else (kept,))
    assert narrow_run(Record((gone, kept), Machine("cpu", 2, "Linux"), ""), ("no_pre*",)).cases == (kept,)
    with pytest.raises(InputError, match=r"^nothing can be compared: .* it has none that this version has\.$"):
        find(gone)


def test_cases_that_no_pattern_matches_are_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = Record((store("post"), store("no_prefetch")), Machine("cpu", 2, "Linux"), "2026-11-01T10:00:00")
    now = Record(stored.cases[:1], stored.machine, "2026-11-02T10:00:00")
    monkeypatch.setattr(against, "load_record", lambda _file: stored)
    monkeypatch.setattr(against, "measure_again", lambda *_arguments, **_choices: (now, {}))
    found = against.compare_again(Path("then"), "bars", ("post-*",), ("time",), budget_s=1, seed=0)
    (comparison,) = found.shown.comparisons
    assert (comparison.only_first, comparison.only_second) == ((), ())


def gate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    script = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from bench.commands.cli import main; main()"
    command = [sys.executable, "-c", script, "gate", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.process
@pytest.mark.long
def test_a_stored_run_is_measured_again_and_compared_as_two_runs_are(tmp_path: Path, digits_file: str) -> None:
    arguments = (
        "--benchmark-only",
        "--data",
        digits_file,
        "--budget",
        "1",
        "--benchmark-json",
        str(tmp_path / "r.json"),
    )
    selected = ("bench/bench_orderings.py", "-k", "(post or no_prefetch) and raw", "-p", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", *selected, *arguments]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0
    asked = ("--against", "r.json", "--data", digits_file, "--budget", "1", "--fail-on", "nothing")
    done = gate(tmp_path, *asked, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    content = json.loads(done.stdout)
    assert [run["path"] for run in content["runs"]] == ["r.json", "now"]
    assert (content["fail_on"], content["exit_code"]) == (["time:5%"], 0)
    (comparison,) = content["comparisons"]
    assert {each["case"] for each in comparison["changes"] if each["metric"] == "time"} == {
        *("post-raw-cpu", "no_prefetch-raw-cpu")
    }
    assert (comparison["only_first"], comparison["only_second"], comparison["machine_doubt"]) == ([], [], "")
    other = gate(tmp_path, "--against", "r.json", "--data", "synthetic", "--budget", "1")
    assert other.returncode == 2
    assert "error: the stored run is of bars.npz, not of the same digits as synthetic: give --data." in other.stderr


@pytest.mark.process
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "error: give --base REV, the git revision to compare with, such as --base main."),
        (
            ("--against", "r.json", "--base", "main"),
            "error: --against takes none of --base, --head, --pipeline, --run, --out, --markdown and",
        ),
        (("--against", "r.json"), "error: r.json does not exist: give a run's folder or its record.json."),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(tmp_path: Path, arguments: tuple[str, ...], reason: str) -> None:
    done = gate(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(reason)
    assert done.stderr.count("\n") == 1
