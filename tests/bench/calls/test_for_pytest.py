"""The process that the pytest fixture starts: what it is asked, what it leaves."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pipeline_records import AFTER, BEFORE, make_record

from bench.calls import for_pytest
from bench.calls.for_pytest import ASKED, FAILURE, RECORD, TABLES, main
from bench.machine.environment import describe_environment
from bench.turns.saving import save_record
from bench.workers.worker_process import WorkerError

QUESTION = {
    "test": "test_make[train]",
    "module": "data",
    "file": "/somewhere/data.py",
    "name": "make",
    "arguments": {"batch_size": "3", "sizes": "(1, 2)"},
    "select": None,
    "seconds": 2,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / ASKED).write_text(json.dumps({**QUESTION, "path": ["/somewhere", *sys.path]}), encoding="utf-8")
    return tmp_path


@pytest.mark.process  # git, of which pytest-benchmark asks the commit
def test_it_measures_what_is_asked_on_the_path_of_the_person(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def measure(what, **options):
        asked.append((what, options["arguments"], options["seconds"], sys.path[0]))
        return make_record(BEFORE)

    monkeypatch.setattr(for_pytest, "measure", measure)
    main(str(folder))
    assert asked == [
        ({"test_make[train]": "/somewhere/data.py:make"}, {"batch_size": 3, "sizes": (1, 2)}, 2.0, "/somewhere")
    ]
    assert json.loads((folder / RECORD).read_text(encoding="utf-8"))["benchmarks"][0]["stats"]["rounds"] == 6


def test_what_fails_is_left_without_the_name_that_pytest_tells(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_what, **_options):
        raise WorkerError("test_make[train]-default-cpu: it gives no batch.", "said one\nsaid two\n")

    monkeypatch.setattr(for_pytest, "measure", fail)
    main(str(folder))
    assert (folder / FAILURE).read_text(encoding="utf-8") == "it gives no batch.\nsaid one\nsaid two\n"
    assert not (folder / RECORD).exists()


@pytest.mark.process
def test_records_become_one_table_without_ratios(tmp_path: Path) -> None:
    for case in (BEFORE, AFTER):
        alone = replace(case, case=replace(case.case, subject=replace(case.case.subject, reference=None)))
        save_record(make_record(alone), tmp_path / case.name / RECORD, describe_environment())
    main(str(tmp_path), *(str(tmp_path / name) for name in ("before", "after")))
    text = (tmp_path / TABLES).read_text(encoding="utf-8")
    assert [line.split()[0] for line in text.splitlines() if line.startswith(("  before", "  after"))] == [
        "before",
        "after",
    ]
    assert "ratio" not in text
