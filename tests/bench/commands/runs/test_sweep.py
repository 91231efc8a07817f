"""``mnist-bench sweep`` around the measuring: what is kept, told and returned, and what is refused."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import typer
from json_docs import check_documented
from made_sweeps import FakeMachine, make_proposal
from rich.console import Console

from bench.commands.runs import sweep as runs
from bench.commands.runs.sweep import SweepOptions, measure_sweep
from bench.subjects.pipeline_text import describe_pipeline
from bench.sweep.code import Code
from mnist_core.language.errors import InputError
from reports.record.file import load_record
from reports.record.proposal import Proposal
from reports.sweep.file import find_sweep, load_sweep

pytestmark = pytest.mark.process  # the description of the processor starts one
PATCH = "--- a/data.py\n"
GAIN = "change made to fast: 2.000 [2.000, 2.000] times as fast as made on 12 fresh pairs of processes"


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeMachine:
    """Where the sweep measures, in a folder with the code of the pipeline."""
    machine = FakeMachine({"made": 1.0, "fast": 0.5, "slow": 2.0})

    @contextmanager
    def open_fake(*_args: object, **_options: object) -> Iterator[object]:
        yield machine.start

    (tmp_path / "data.py").write_text("def made(): ...\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runs, "open_starter", open_fake)
    monkeypatch.setattr(runs, "write_code", lambda _subject, winner, _describe: Code(winner.chain, PATCH))
    monkeypatch.setattr(runs, "read_clock_s", machine.read_clock_s)
    return machine


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What stands on standard error."""
    stream = io.StringIO()
    monkeypatch.setattr(runs, "Console", lambda **_: Console(file=stream, width=200, highlight=False))
    return stream


def sweep(out: str = "runs/one", budget_s: float = 240, proposal: Proposal | None = None, **changes: object) -> int:
    """The exit code of a sweep."""
    fields = {"memory_gib": None, "step_ms": None, "tolerance": 0.0, "turn_limit_s": 60.0, "data": None, **changes}
    as_json = bool(fields.pop("as_json", False))
    options = SweepOptions(describe_pipeline("data.py:made"), budget_s, **fields)
    given = make_proposal(["fast", "slow"]) if proposal is None else proposal
    try:
        measure_sweep(options, Path(out), as_json=as_json, propose=lambda _: given)
    except typer.Exit as ended:
        return int(ended.exit_code)
    return 0


def test_a_sweep_is_kept_so_that_every_command_reads_it(
    machine: FakeMachine, told: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sweep() == 0
    output = " ".join(capsys.readouterr().out.split())
    assert output.startswith(GAIN)
    assert "record: runs/one" in output
    record = load_record(Path("runs/one"))
    assert {(case.name, case.consumer, case.group) for case in record.cases} == {
        *((name, "drain", "pipelines") for name in ("made", "fast", "slow")),
        *((name, consumer, "pipelines") for name in ("made", "fast") for consumer in ("order", "memory")),
    }
    assert {case.case.subject.reference for case in record.cases} == {"made"}
    assert dict(record.cases[1].case.subject.options) == {"rewrite": "text of fast"}
    assert Path("runs/one/sweep.patch").read_text(encoding="utf-8") == PATCH
    kept = find_sweep(Path("runs/one"))
    assert kept is not None
    assert kept.is_done
    assert find_sweep(Path("runs/one/record.json")) == kept
    lines = told.getvalue().splitlines()
    assert "the race of made and 2 candidates, until at most 96 s of 240 s" in lines
    assert any(line.startswith("12 of 12 fresh pairs done after ") for line in lines)
    assert any(line.startswith("slow is out after 6 rounds: ") for line in lines)


def test_the_same_command_again_measures_nothing_and_shows_the_result(
    machine: FakeMachine, told: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep()
    first, count = capsys.readouterr().out, len(machine.started)
    assert sweep(budget_s=500) == 0
    assert capsys.readouterr().out == first
    assert len(machine.started) == count


def test_who_stops_it_goes_on_with_the_same_command(
    machine: FakeMachine, told: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.is_stopped_at = 40.0
    assert sweep() == 130
    output = " ".join(capsys.readouterr().out.split())
    assert output.startswith("not finished: the same command with the same --out goes on")
    assert output.endswith("record: runs/one next: the same command with --out runs/one goes on")
    assert load_record(Path("runs/one")).cases
    before = load_sweep(Path("runs/one/sweep.json"))
    assert sweep() == 0
    assert " ".join(capsys.readouterr().out.split()).startswith(GAIN)
    after = load_sweep(Path("runs/one/sweep.json"))
    assert after.confirmation is not None
    assert before.confirmation is not None
    count = len(before.confirmation.differences)
    assert 0 < count < 12
    assert after.confirmation.differences[:count] == before.confirmation.differences


def test_who_stops_it_before_anything_is_known_leaves_nothing(machine: FakeMachine, told: io.StringIO) -> None:
    def stop(_: SweepOptions) -> Proposal:
        raise KeyboardInterrupt

    options = SweepOptions(describe_pipeline("data.py:made"), 240, None, None, 0.0, 60.0, None)
    with pytest.raises(typer.Exit) as ended:
        measure_sweep(options, Path("runs/one"), as_json=False, propose=stop)
    assert ended.value.exit_code == 130
    assert not Path("runs/one").exists()


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"step_ms": 5.0}, "--out runs/one holds a sweep that was asked for otherwise: give a new folder."),
        ({"tolerance": 0.1}, "--out runs/one holds a sweep that was asked for otherwise: give a new folder."),
    ],
)
def test_a_folder_with_another_sweep_is_refused(
    machine: FakeMachine, told: io.StringIO, changes: dict[str, object], line: str
) -> None:
    sweep()
    with pytest.raises(InputError) as refused:
        sweep(**changes)
    assert str(refused.value) == line


def test_code_that_has_changed_is_no_longer_what_was_swept(machine: FakeMachine, told: io.StringIO) -> None:
    sweep()
    Path("data.py").write_text("def made(): return 1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"^--out runs/one: the code of data.py:made has changed since then: "):
        sweep()


def test_a_folder_with_another_run_is_refused(machine: FakeMachine, told: io.StringIO) -> None:
    sweep()
    Path("runs/one/sweep.json").unlink()
    with pytest.raises(InputError, match=r"^--out runs/one holds another run: give a new folder\.$"):
        sweep()


def test_a_second_process_into_the_same_folder_is_refused_in_one_line(machine: FakeMachine, told: io.StringIO) -> None:
    Path("runs/one").mkdir(parents=True)
    script = "import filelock as f; l = f.FileLock('runs/one/sweep.lock'); l.acquire(); print(1, flush=True); input()"
    other = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdin is not None
    assert other.stdout is not None
    try:
        other.stdout.readline()
        with pytest.raises(InputError, match=r"^another sweep into runs/one is running: wait for it, or give another"):
            sweep()
    finally:
        other.stdin.close()
        other.wait()
        other.stdout.close()
    assert sweep() == 0


def test_a_place_that_cannot_be_written_is_refused(machine: FakeMachine, told: io.StringIO) -> None:
    Path("taken").touch()
    with pytest.raises(InputError, match=r"^--out taken cannot be written: "):
        sweep("taken")
    if os.geteuid():
        Path("locked").mkdir(mode=0o500)
        with pytest.raises(InputError, match=r"^--out locked/one cannot be written: "):
            sweep("locked/one")


def test_the_result_for_a_script(machine: FakeMachine, told: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    assert sweep(as_json=True) == 0
    printed = check_documented(capsys.readouterr().out)
    assert (printed["recommendation"], printed["winner"], printed["exit_code"]) == (GAIN, "fast", 0)
    assert json.loads(Path(printed["file"]).read_text(encoding="utf-8"))["benchmarks"]


def test_nothing_to_try_is_no_failure(
    machine: FakeMachine, told: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sweep(proposal=Proposal(())) == 0
    assert "leave made as it is: no change is known that surely keeps its meaning" in capsys.readouterr().out
    assert not Path("runs/one/record.json").exists()
    assert machine.started == []
