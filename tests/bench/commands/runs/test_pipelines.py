"""``mnist-bench run`` around the measuring: what is kept, told and returned, whatever the pipelines did."""

import errno
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from json_docs import check_documented
from pipeline_records import AFTER, BEFORE, make_cold, make_pipeline, make_read
from rich.console import Console

from bench.cases.pipelines import build_subject, name_apart
from bench.commands.runs import failures, pipelines
from bench.commands.runs.pipelines import RunOptions, measure_pipelines
from bench.turns.group import InterruptedGroupError, Outcome
from bench.workers.worker_process import WorkerError
from mnist_core.language.errors import InputError
from reports.record.case import Case
from reports.record.file import load_record

pytestmark = pytest.mark.process  # the description of the processor starts one
NAMES = ("before", "after", "third")
SUBJECTS = name_apart([build_subject(f"data.py:{name}") for name in NAMES])
OPTIONS = RunOptions(SUBJECTS, None, 10, None, 60, None, reads_memory=False, reads_stages=False, reads_mixing=False)


def of(name: str) -> str:
    return f"{name}-default-cpu"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What stands on standard error."""
    stream = io.StringIO()
    for module in (failures, pipelines):
        monkeypatch.setattr(module, "Console", lambda **_: Console(file=stream, width=200, highlight=False))
    return stream


def run(
    monkeypatch: pytest.MonkeyPatch, out: Path, outcomes: dict[str, Outcome], options: RunOptions = OPTIONS, **is_asked
) -> int:
    """The exit code of a run whose measuring ends so."""

    def measure(*_args: object, **_options: object) -> dict[str, Outcome]:
        if is_asked.get("is_stopped"):
            raise InterruptedGroupError(outcomes)
        return outcomes

    def read(cases: Sequence[Case], *_args: object, **_options: object) -> dict[str, Outcome]:
        return {case.id: make_read(case.name, 0.0) for case in cases}

    monkeypatch.setattr(pipelines, "measure_group", measure)
    monkeypatch.setattr(pipelines, "measure_memory", read)
    try:
        measure_pipelines(options, out, as_json=is_asked.get("as_json", False))
    except typer.Exit as ended:
        return int(ended.exit_code)
    return 0


def test_a_record_is_kept_and_its_table_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["/venv/bin/mnist-bench", "run", "my file.py:make"])
    assert run(monkeypatch, tmp_path, {of("before"): BEFORE, of("after"): AFTER}) == 0
    record = load_record(tmp_path)
    assert record.command == "mnist-bench run 'my file.py:make'"
    assert [(case.name, case.group) for case in record.cases] == [("before", "pipelines"), ("after", "pipelines")]
    output = capsys.readouterr().out
    assert "after is 2.000 [1.990, 2.010] times as fast as before" in output
    closing = "".join(output[output.index("record: ") :].split())  # a long path goes on on the next line
    assert closing == f"record:{tmp_path}/record.jsonnext:mnist-reportpage{tmp_path}(pictures)"
    assert "this run is steady within itself: " in output


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "taken").touch()
    monkeypatch.setattr(pipelines, "describe_environment", lambda: pytest.fail("it has begun"))
    with pytest.raises(InputError, match=r"^--out .*taken cannot be written: .*taken is a file\.$"):
        run(monkeypatch, tmp_path / "taken", {of("before"): BEFORE})


def test_what_cannot_be_kept_in_the_end_is_printed_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pipelines, "save_record", fail)
    with pytest.raises(InputError, match=r"cannot be written: No space left on device\.$"):
        run(monkeypatch, tmp_path, {of("before"): BEFORE, of("after"): AFTER})
    assert "after is 2.000 [1.990, 2.010] times as fast as before" in capsys.readouterr().out


def test_the_record_itself_for_a_script(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, tmp_path, {of("before"): BEFORE}, as_json=True) == 0
    printed = check_documented(capsys.readouterr().out)
    assert printed.pop("file") == str(tmp_path / "record.json")
    assert printed == json.loads((tmp_path / "record.json").read_text(encoding="utf-8"))
    assert printed["benchmarks"][0]["stats"]["rounds"] == 6


def test_a_pipeline_that_fails_is_told_with_what_it_printed_and_the_others_are_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: io.StringIO
) -> None:
    printed = "\n".join(f"line {number}" for number in range(12))
    third = replace(AFTER, case=replace(AFTER.case, subject=replace(AFTER.case.subject, name="third")))
    failure = WorkerError(f"{of('before')}: data.py:before fails in Map at data.py:7, element 17", printed)
    outcomes = {of("before"): failure, of("after"): AFTER, of("third"): third}
    assert run(monkeypatch, tmp_path, outcomes) == 2
    lines = told.getvalue().splitlines()
    assert lines[-12:-9] == [
        "error: data.py:before fails in Map at data.py:7, element 17",
        "  ... 2 lines before",
        "  | line 2",
    ]
    assert lines[-1] == "  | line 11"
    kept = load_record(tmp_path).cases
    assert [case.name for case in kept] == ["after", "third"]
    assert {case.case.subject.reference for case in kept} == {"after"}, "ratios are to the first that could be measured"


def test_a_failure_for_every_consumer_is_told_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: io.StringIO
) -> None:
    fed = "before-emulated-2ms-default-cpu"
    outcomes = {name: WorkerError(f"{name}: data.py:before is empty") for name in (of("before"), fed, of("after"))}
    assert run(monkeypatch, tmp_path, outcomes, replace(OPTIONS, step_ms=2.0)) == 2
    errors = [line for line in told.getvalue().splitlines() if line.startswith("error")]
    assert errors == ["error: data.py:before is empty", "error: after: data.py:before is empty"]
    assert not (tmp_path / "record.json").exists()


def test_who_stops_it_keeps_the_turns_so_far_and_is_told_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: io.StringIO
) -> None:
    few = make_pipeline("before", [1000, 1000])
    options = replace(OPTIONS, reads_stages=True, reads_mixing=True, reads_memory=True)
    assert run(monkeypatch, tmp_path, {of("before"): few}, options, is_stopped=True) == 130
    assert len(load_record(tmp_path).cases[0].turns) == 2
    assert told.getvalue().splitlines()[-1] == "interrupted: the record lacks some turns, stages, mixing and memory"
    assert run(monkeypatch, tmp_path / "none", {}, is_stopped=True) == 130
    assert not (tmp_path / "none").exists()
    assert told.getvalue().splitlines()[-1] == "interrupted: nothing was measured"


@pytest.mark.parametrize(
    ("stopped", "line"),
    [
        ("mixing", "interrupted: the record lacks mixing and memory"),
        ("memory", "interrupted: the record lacks memory"),
    ],
)
def test_who_stops_what_comes_after_the_turns_is_told_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: io.StringIO, stopped: str, line: str
) -> None:
    def stop(*_args: object, **_options: object) -> dict[str, Outcome]:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipelines, "measure_mixing", lambda *_args, **_options: {})
    monkeypatch.setattr(pipelines, f"measure_{stopped}", stop)
    monkeypatch.setattr(pipelines, "measure_group", lambda *_args, **_options: {of("before"): BEFORE})
    with pytest.raises(typer.Exit) as ended:
        measure_pipelines(replace(OPTIONS, reads_mixing=True, reads_memory=True), tmp_path, as_json=False)
    assert ended.value.exit_code == 130
    assert len(load_record(tmp_path).cases[0].turns) == 6
    assert told.getvalue().splitlines()[-1] == line


def test_what_did_not_fail_is_read_for_its_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    outcomes = {of("before"): WorkerError(f"{of('before')}: no"), of("after"): AFTER}
    assert run(monkeypatch, tmp_path, outcomes, replace(OPTIONS, reads_memory=True)) == 2
    kept = [(case.name, case.consumer, case.group) for case in load_record(tmp_path).cases]
    assert kept == [
        (name, consumer, "pipelines")
        for name, consumer in (("after", "drain"), ("after", "memory"), ("third", "memory"))
    ]


def test_cold_turns_are_kept_in_a_group_of_their_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    outcomes = {of("before"): WorkerError(f"{of('before')}: no"), of("after"): AFTER}
    warm, cold = outcomes, {of("after"): make_cold("after", [2000] * 6)}
    groups = iter([warm, cold])
    monkeypatch.setattr(pipelines, "measure_group", lambda *_, **__: next(groups))
    with pytest.raises(typer.Exit):
        measure_pipelines(replace(OPTIONS, reads_cold=True), tmp_path, as_json=False)
    kept = [(case.name, case.group, case.case.is_cold) for case in load_record(tmp_path).cases]
    assert kept == [("after", "pipelines", False), ("after", "cold", True)]
