"""What belongs to a run: its record and the traces beside it; and what of them is damaged."""

import gzip
import json
import shutil
from pathlib import Path

import pytest
from page_runs import write_trace

from reports.page import runs as runs_module
from reports.page.runs import load_runs
from reports.record.errors import RecordError

RECORD = Path(__file__).parents[1] / "stored" / "format1.json"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "20261123-085740"
    folder.mkdir()
    shutil.copy(RECORD, folder / "record.json")
    return folder


def test_a_folder_is_its_record_and_its_traces(run: Path) -> None:
    write_trace(run, "post")
    write_trace(run, "fast")
    (loaded,) = load_runs([run])
    assert loaded.name == "20261123-085740"
    assert loaded.summary is not None
    assert [trace.session.name for trace in loaded.traces] == ["fast/2026_11_23", "post/2026_11_23"]


def test_a_record_file_brings_the_traces_beside_it_and_another_name_does_not(run: Path) -> None:
    write_trace(run)
    shutil.copy(RECORD, run / "mine.json")
    own, other = load_runs([run / "record.json", run / "mine.json"])
    assert (own.name, len(own.traces)) == ("20261123-085740", 1)
    assert (other.name, len(other.traces)) == ("mine", 0)


def test_a_training_that_was_only_traced_has_no_record(tmp_path: Path) -> None:
    file = write_trace(tmp_path / "mlp", "train")
    by_folder, by_file = load_runs([tmp_path / "mlp", file])
    assert (by_folder.name, by_folder.summary, len(by_folder.traces)) == ("mlp", None, 1)
    assert (by_file.name, by_file.summary, len(by_file.traces)) == ("2026_11_23", None, 1)


def test_each_host_of_a_session_is_a_trace_on_the_page(tmp_path: Path) -> None:
    file = write_trace(tmp_path / "mlp", "train")
    shutil.copy(file, file.with_name("other.xplane.pb"))
    (loaded,) = load_runs([tmp_path / "mlp"])
    assert [trace.session.name for trace in loaded.traces] == ["train/2026_11_23/other", "train/2026_11_23/vm"]


def test_a_packed_trace_is_a_run_like_the_file_itself(tmp_path: Path) -> None:
    file = write_trace(tmp_path / "mlp", "train")
    packed = file.with_name("vm.xplane.pb.gz")
    packed.write_bytes(gzip.compress(file.read_bytes()))
    file.unlink()
    by_folder, by_file = load_runs([tmp_path / "mlp", packed])
    assert (by_folder.summary, len(by_folder.traces)) == (None, 1)
    assert (by_file.name, by_file.summary, len(by_file.traces)) == ("2026_11_23", None, 1)


def test_a_damaged_trace_is_a_line_and_the_others_are_there(run: Path) -> None:
    write_trace(run, "post")
    damaged = write_trace(run, "fast")
    damaged.write_bytes(damaged.read_bytes()[:-50])
    (loaded,) = load_runs([run])
    assert len(loaded.traces) == 1
    (line,) = loaded.unreadable
    assert line.startswith("A trace could not be read: fast/2026_11_23 is cut short or no profiler trace")


def test_more_traces_than_a_page_holds_are_counted(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs_module, "MOST_TRACES", 1)
    for case in "abc":
        write_trace(run, case)
    (loaded,) = load_runs([run])
    assert [trace.session.name for trace in loaded.traces] == ["a/2026_11_23"]
    assert loaded.unreadable == ("2 more traces are left out: mnist-report trace reads each.",)


def test_runs_of_one_name_are_told_apart(run: Path) -> None:
    assert [each.name for each in load_runs([run, run])] == ["20261123-085740 (1)", "20261123-085740 (2)"]


def test_a_damaged_record_is_refused_although_its_traces_could_be_read(run: Path) -> None:
    write_trace(run)
    (run / "record.json").write_text(json.dumps({"benchmarks": []}))
    with pytest.raises(RecordError, match="it holds no benchmark"):
        load_runs([run])


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nowhere", "does not exist: give a run's folder or its record.json"),
        ("empty", "holds no record.json: give a run of the bench, or its file"),
    ],
)
def test_no_run_says_what_to_give(name: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(RecordError, match=reason):
        load_runs([tmp_path / name])
