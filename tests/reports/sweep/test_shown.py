"""The run of a sweep, as the commands show it that read any run."""

from dataclasses import replace
from pathlib import Path

import pytest
from command_lines import run_apart
from pipeline_records import MACHINE
from stored_sweep import SWEEP

from bench.turns.saving import save_record
from reports.record.record import Record
from reports.sweep.file import save_sweep
from reports.sweep.result import refer_to_first

pytestmark = pytest.mark.process  # the description of the processor starts one
SENTENCE = "change before to late_map: 4.05 [3.95, 4.15] times as fast as before on 7 fresh pairs of processes"


@pytest.fixture(autouse=True)
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a sweep."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "mine"
    save_record(Record(tuple(refer_to_first(SWEEP)), MACHINE, "2026-11-28T08:00:00+00:00"), folder / "record.json")
    save_sweep(SWEEP, folder / "sweep.json")
    return folder


@pytest.mark.parametrize("given", ["mine", "mine/record.json"])
def test_a_run_is_shown_with_its_sentence_first_and_then_as_any_other(given: str) -> None:
    output, said, code = run_apart(f"mnist-report show {given}")
    assert (said, code) == ("", 0)
    assert " ".join(output.split()).startswith(SENTENCE)
    assert "next: patch -p1 < mine/sweep.patch (or git apply)" in output
    assert "ratio to before" in output


def test_a_page_has_the_sentence_and_the_sweep() -> None:
    _, said, code = run_apart("mnist-report page mine -o page.html")
    assert (said, code) == ("", 0)
    page = Path("page.html").read_text(encoding="utf-8")
    assert SENTENCE in page
    assert "Which order is faster?" in page
    assert "a smaller shuffle, because the mixing score falls" in page


def test_a_damaged_sweep_is_one_line(run: Path) -> None:
    (run / "sweep.json").write_text("{", encoding="utf-8")
    assert run_apart("mnist-report show mine") == ("", "error: mine/sweep.json is not JSON, or only a part of it.\n", 2)


def test_two_sweeps_are_compared_as_any_runs(run: Path) -> None:
    later = Record(tuple(refer_to_first(replace(SWEEP, seed=6))), MACHINE, "2026-11-28T09:00:00+00:00")
    save_record(later, run.parent / "other" / "record.json")
    output, _, code = run_apart("mnist-report compare mine other")
    assert code == 0
    assert "time per example" in output
