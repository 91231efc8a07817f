"""``pytest bench/``, for real, on a few digits: the table, the record, the ids and pytest-benchmark's own flags."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from processes import find_group, wait_for_end

from bench.cases.orderings import FED
from bench.cases.selection import Selection, split_named
from mnist_core.language.named_orderings import NAMED_ORDERINGS
from reports.claims.file import load_claims
from reports.claims.verdict import Ruling, judge_claims
from reports.record.case import CONTROL
from reports.record.file import load_record
from reports.record.record import KEY
from reports.summary.summary import summarize
from reports.traces.reading import load_trace

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
NUM_ON_DEVICE = 4 + 2 * 6  # copied, copied ahead, trained on and fitted; six batch sizes of two models


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the bench and what it needs, byte code too, so that a run leaves nothing in the real one."""
    for name in ("bench", "mnist_core", "reports"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.pyc.*"))  # half written
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def bench(checkout: Path, *arguments: str, device: str = "cpu") -> subprocess.CompletedProcess[str]:
    """A run; where a GPU is wanted there is none, also on a machine that has one."""
    where = [] if any(each.startswith("bench/") for each in arguments) else ["bench/"]
    chosen = [] if device == "auto" else ["--device", device]
    command = [sys.executable, "-m", "pytest", *where, "-p", "no:cacheprovider", *chosen, *arguments]
    hidden = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1"}
    return subprocess.run(command, cwd=checkout, env=hidden, capture_output=True, text=True, check=False)


def test_the_main_job_prints_the_answer_and_keeps_the_record(checkout: Path, digits_file: str) -> None:
    text = "shuffle(10).batch(8).map()"
    own = split_named(Selection([text]).own_names[0])[0]
    done = bench(checkout, "--benchmark-only", "--data", digits_file, "--budget", "1", "--ordering", text)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = checkout.glob("runs/*/record.json")
    record = load_record(path)
    names = {*NAMED_ORDERINGS, own}
    for arm in ("default", "raw"):
        drained = [case for case in record.cases if (case.arm, case.consumer) == (arm, "drain")]
        assert {case.name for case in drained} - {CONTROL} == names
    assert {case.name for case in record.cases if case.consumer == "memory"} == names
    assert {case.name for case in record.cases if case.consumer == "emulated"} == {*FED, own}
    assert {case.name for case in record.cases if case.consumer == "infer"} == {
        f"{model}_{size}" for model in ("mlp", "cnn") for size in (1, 8, 32, 128, 512, 2048)
    }
    assert {case.consumer for case in record.cases if case.group == "devices"} == {"copy", "copy_ahead", "train", "fit"}
    assert {len(case.turns) for case in record.cases if case.consumer != "memory"} == {6}
    assert {case.device for case in record.cases} == {"cpu"}
    assert {(case.device_use.asked, case.device_use.used) for case in record.cases} == {("cpu", "cpu")}
    assert {case.setting.data_name for case in record.cases} == {"bars.npz"}
    iterated = [case for case in record.cases if case.consumer != "infer"]
    assert {turn.sample.num_examples for case in iterated for turn in case.turns} == {200}
    lines = done.stdout.strip().splitlines()
    assert len(lines) <= 24, "all that a run prints is its answer and pytest's last line"
    assert " passed in " in lines[-1]
    assert lines[-3:-1] == [
        f" record: {path.relative_to(checkout)}",
        " next: mnist-report page (pictures), mnist-report show (all tables)",
    ]
    for said in (" raw arm: ", " post = the blog post's: ", f" {own} = {text}", " what people say: ", " this run is "):
        assert [line for line in lines if line.startswith(said)], said
    assert "\x1b" not in done.stdout + done.stderr
    told = [
        line for line in done.stderr.splitlines() if re.fullmatch(r"\w+ \(\d of 5\): \d+ cases(; about .* left)?", line)
    ]
    assert len(told) == 5, "a line a group"
    assert "warming" not in done.stderr
    assert f"{own}: {text}" in done.stderr.splitlines()
    assert list((checkout / "runs").iterdir()) == [path.parent]


def test_the_cases_of_chosen_claims_are_measured_together_and_judged(checkout: Path, digits_file: str) -> None:
    arguments = ("bench/bench_claims.py", "--benchmark-only", "--data", digits_file, "--budget", "1")
    done = bench(checkout, *arguments, "-v", "--claims", "C28b,C3a", "--benchmark-json", "my.json")
    assert done.returncode == 0, done.stdout + done.stderr
    record = load_record(checkout / "my.json")
    groups = {case.name: case.group for case in record.cases}
    assert groups == {"python_function": "claims", "graph_function": "claims", "buffer_60000": "mixing"}
    verdicts = {verdict.claim.id: verdict for verdict in judge_claims(load_claims(), summarize(record))}
    assert verdicts["C28b"].measured is not None
    assert verdicts["C28b"].measured.count == 6
    assert {each.id for each in load_claims() if verdicts[each.id].kind is not Ruling.NOT_RUN} == {"C28b", "C3a"}
    assert "shuffle quality" in done.stdout, "with -v all tables stand before the answer"
    assert "what people say of tf.data, on this machine" in done.stdout
    assert "round 1 done after" in done.stderr
    assert done.stdout.rindex("shuffle quality") < done.stdout.rindex(" this run is ")
    assert "C19a" not in done.stdout


def test_traces_are_captured_on_request_beside_the_record_and_shown(checkout: Path, digits_file: str) -> None:
    arguments = ("--benchmark-only", "--data", digits_file, "--traces", "-k", "traced and (post or no_prefetch)")
    done = bench(checkout, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = checkout.glob("runs/*/record.json")
    captured = {case.name: case.capture for case in load_record(path).cases}
    assert captured.keys() == {"post", "no_prefetch"}
    assert captured["post"].folder == "traces/post-traced-default-cpu"
    for capture in captured.values():
        trace = load_trace(path.parent / capture.folder)
        assert [step.duration_ns for step in trace.steps] == list(capture.step_ns)
    assert "profiler traces of a training step of the mlp" in done.stdout
    assert len(done.stdout.strip().splitlines()) <= 24


MINE = """
import tensorflow as tf

def make(size: int = 4):
    return tf.data.Dataset.range(40).shuffle(8).batch(size)

def broken():
    print("this is mine")
    return tf.data.Dataset.range(9).map(lambda number: tf.debugging.check_numerics(1 / (number - 4), "bad")).batch(2)
"""


def test_a_persons_pipelines_take_the_place_of_the_orderings(checkout: Path) -> None:
    (checkout / "mine.py").write_text(MINE)
    given = ("--pipeline", "mine.py:make", "--pipeline", "mine.py:broken", "--arm", "default", "--arm", "raw")
    done = bench(
        checkout, "--benchmark-only", "--traces", "--budget", "1", *given, "--benchmark-json", "run/record.json"
    )
    assert "pipelines: make, broken; left out, as they take our digits: devices, inference" in done.stderr
    assert done.returncode == 1, "one of them fails"
    _, reason, printed, *_ = done.stdout.split("bench_ordering[broken-raw-cpu]")[1].splitlines()
    assert reason.startswith(f"broken-raw-cpu: mine.py:broken fails in Map at {checkout}/mine.py:9, element 4 counted")
    assert printed == "  | this is mine"
    cases = load_record(checkout / "run").cases
    assert {case.group for case in cases} == {"pipelines"}
    assert [(case.consumer, case.case.id) for case in cases] == [
        ("memory", "make-default-cpu"),
        ("drain", "make-default-cpu"),
        ("drain", "make-raw-cpu"),
        ("stages", "make-stages-default-cpu"),
        ("order", "make-order-default-cpu"),
        ("observed", "make-observed-2ms-default-cpu"),
        ("emulated", "make-emulated-2ms-default-cpu"),
        ("emulated", "make-emulated-2ms-raw-cpu"),
    ]
    assert {(len(case.turns), *(turn.sample.num_examples for turn in case.turns)) for case in cases if case.turns} == {
        (6, *[40] * 6)
    }
    said = done.stdout[done.stdout.rindex("short test summary info") :].splitlines()
    first = next(number for number, line in enumerate(said) if line.startswith(" the fastest of 2: "))
    assert len(said) - first <= 23, "the answer is the last that is printed"
    assert [line for line in said[first:] if line.startswith("make (raw) ")]
    assert [line for line in said[first:] if line.endswith(" cases failed, of which nothing is here: see above")]
    assert "what people say" not in done.stdout


def test_pytest_benchmarks_file_holds_the_very_turns(checkout: Path, digits_file: str) -> None:
    arguments = ("--benchmark-only", "--data", digits_file, "--budget", "1")
    selected = ("bench/bench_orderings.py", "-k", "no_prefetch and default", "--benchmark-json", "my.json")
    done = bench(checkout, *arguments, *selected)
    assert done.returncode == 0, done.stdout + done.stderr
    (benchmark,) = json.loads((checkout / "my.json").read_text())["benchmarks"]
    command = load_record(checkout / "my.json").command
    assert re.fullmatch(r"pytest .* -k 'no_prefetch and default' --benchmark-json my.json", command)
    assert benchmark["fullname"] == "bench/bench_orderings.py::bench_ordering[no_prefetch-default-cpu]"
    assert benchmark["group"] == "orderings"
    assert benchmark["options"]["timer"] == "measured turns"
    turns = benchmark["extra_info"][KEY]["turns"]
    assert benchmark["stats"]["data"] == [turn["sample"]["wall_ns"] / 1e9 for turn in turns]
    assert not (checkout / "runs").exists(), "a file of the user's choice is the only one"


def test_saving_comparing_and_failing_work_as_everybody_knows_them(checkout: Path, digits_file: str) -> None:
    measured = ("bench/bench_orderings.py", "--benchmark-only", "--data", digits_file, "--budget", "1")
    common = (*measured, "-k", "gather", "--benchmark-columns=min,median")
    assert bench(checkout, *common, "--benchmark-save=one").returncode == 0
    done = bench(checkout, *common, "--benchmark-compare=0001", "--benchmark-compare-fail=median:9999%")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "(0001_one)" in done.stdout
    assert "(NOW)" in done.stdout
    assert "machine_info is different" not in done.stdout, "what changes from run to run is no part of the machine"


@pytest.mark.long
def test_every_case_runs_once_without_a_table_when_disabled(checkout: Path, digits_file: str) -> None:
    done = bench(checkout, "bench/", "--benchmark-disable", "--data", digits_file)
    assert done.returncode == 0, done.stdout + done.stderr
    num_cases = 2 * len(NAMED_ORDERINGS) + 1 + 3 * len(FED) + len(NAMED_ORDERINGS) + NUM_ON_DEVICE
    assert f"{num_cases} passed" in done.stdout
    assert "ratio to post" not in done.stdout
    assert not (checkout / "runs").exists()


@pytest.mark.parametrize("device", ["auto", "gpu"])
def test_without_a_gpu_its_cases_are_skipped_with_one_line_and_nothing_fails(checkout, digits_file, device) -> None:
    arguments = ("bench/bench_devices.py", "--benchmark-disable", "--data", digits_file)
    done = bench(checkout, *arguments, "-k", "copy", device=device)
    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = [line for line in done.stdout.splitlines() if "SKIPPED" in line]
    assert line.startswith("SKIPPED [2] bench/measurements.py:")
    assert "no GPU here: " in line
    assert "CUDA_VISIBLE_DEVICES='-1' hides it (unset it)" in line
    assert (
        done.stdout.splitlines()[-1].strip("= ").startswith({"auto": "2 passed, 2 skipped", "gpu": "2 skipped"}[device])
    )


def test_gpu_cases_carry_their_device_and_their_marker(checkout: Path) -> None:
    done = bench(checkout, "--collect-only", "-q", "-m", "gpu", device="auto")
    ids = [line.partition("[")[2].strip("]") for line in done.stdout.splitlines() if "[" in line]
    assert len(ids) == len(FED) + NUM_ON_DEVICE
    assert all(each.endswith("-default-gpu") for each in ids)
    assert {"post-step-default-gpu", "batch_before_map-copy_ahead-default-gpu", "cnn_2048-infer-default-gpu"} <= set(
        ids
    )
    done = bench(checkout, "--collect-only", "-q", "-m", "not gpu", device="gpu")
    assert "-gpu]" not in done.stdout
    assert "-cpu]" not in done.stdout, "what runs on the CPU is not measured where the GPU alone was asked for"


def test_a_case_that_exhausts_its_memory_is_one_failure_and_the_others_go_on(checkout: Path, digits_file: str) -> None:
    hungry = "map().repeat(2000).shuffle(1000000).batch(32)"
    arguments = ("bench/bench_orderings.py", "--benchmark-only", "--data", digits_file, "--budget", "1")
    limited = ("--arm", "default", "--ordering", hungry, "--memory-limit", "1.2")
    done = bench(checkout, *arguments, *limited, "-k", "gather or own")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 1 passed" in done.stdout
    assert f"{split_named(Selection([hungry]).own_names[0])[0]}-default-cpu: " in done.stdout


def test_nothing_survives_an_interrupt(checkout: Path, digits_file: str) -> None:
    shown = ("bench/bench_orderings.py", "-v", "--benchmark-only", "--data", digits_file)
    command = [sys.executable, "-m", "pytest", *shown]
    with subprocess.Popen(
        command, cwd=checkout, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as run:
        assert run.stdout is not None
        for line in run.stdout:
            if "round 1 done" in line:
                os.killpg(run.pid, signal.SIGINT)  # as a terminal does it: to the whole group
                break
        run.stdout.read()
    assert run.returncode == 2
    for pid in find_group(run.pid):
        wait_for_end(pid)
    assert find_group(run.pid) == [], "a worker or the fork server lives on"


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("--data", "nowhere.npz"), 4, "'nowhere.npz': no such file or folder"),
        (("-k", "nosuch"), 5, "nothing was selected: no case matches -k 'nosuch'; mnist-bench cases lists the ids"),
        (("--claims", "C99"), 4, "a claim must be one of all, C1a"),
        (("--device", "tpu"), 4, "argument --device: invalid choice: 'tpu'"),
        (("--arm", "fast"), 4, "--arm must be one of default, raw, without_"),
        (("--ordering", "shuffle(0).batch(1)"), 4, "shuffle(buffer_size) must be an int >= 1, got 0."),
    ],
)
def test_wrong_input_stops_the_run_with_one_line(checkout: Path, arguments, code: int, reason: str) -> None:
    done = bench(checkout, "--benchmark-only", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert reason in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
