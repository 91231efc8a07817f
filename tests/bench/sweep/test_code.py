"""A patch is given only if what it makes is what was measured; descriptions are made by hand."""

from dataclasses import replace
from pathlib import Path

import pytest
from written_chain import SOURCE, WANTED, describe

from bench.subjects.pipeline_text import describe_pipeline
from bench.sweep.code import Code, write_code
from bench.workers.worker_process import WorkerError
from reports.record.case import Subject
from reports.record.description import Argument, Description
from reports.record.proposal import Candidate

CHAIN = "lines.shuffle(10000).batch(128).map(parse).prefetch(1)"
CANDIDATE = Candidate("late map", WANTED, CHAIN, ("shuffle, batch, map",))


@pytest.fixture
def subject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Subject:
    (tmp_path / "data.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "beside.py").write_text("SIZE = 1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return describe_pipeline("data.py:make")


def answer(asked: Subject, *, patched: Argument) -> Description:
    """The pipeline as it is, the patched copy, or the candidate, whose last stage has an argument."""
    file = Path(asked.text.partition(":")[0])
    described = describe(Path("data.py").resolve())
    if not asked.options and file == Path("data.py"):
        return described
    if not asked.options:
        assert (file.parent / "beside.py").read_text(encoding="utf-8") == "SIZE = 1\n"
        assert file.read_text(encoding="utf-8").index(".batch") < file.read_text(encoding="utf-8").index(
            ".map(parse)  #"
        )
    last = replace(described.stages[-1], arguments=(Argument("n", 1) if asked.options else patched,))
    return replace(described, stages=(*described.stages[:-1], last))


def test_a_patch_that_makes_what_was_measured_is_given(subject: Subject) -> None:
    code = write_code(subject, CANDIDATE, lambda asked: answer(asked, patched=Argument("n", 1)))
    assert code.chain == CHAIN
    assert "-        .map(parse)  # a line\n" in code.patch
    assert Path("data.py").read_text(encoding="utf-8") == SOURCE, "nothing is written into the person's file"


def test_a_patch_that_makes_something_else_is_not_given(subject: Subject) -> None:
    assert write_code(subject, CANDIDATE, lambda asked: answer(asked, patched=Argument("n", 2))) == Code(CHAIN)


def test_what_cannot_be_described_has_no_patch(subject: Subject) -> None:
    def fail(_: Subject) -> Description:
        raise WorkerError("it died")

    assert write_code(subject, CANDIDATE, fail) == Code(CHAIN)
