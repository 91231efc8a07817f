"""A worker's side, in this process: which package it takes, and what it says when it cannot."""

import multiprocessing
import sys
from pathlib import Path

import pytest

from bench.workers.protocol import Package
from bench.workers.worker import ORPHANED, import_package, serve


def test_a_process_that_has_imported_a_mnist_core_is_of_no_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(ImportError, match=r"^mnist_core was imported before its revision was known\.$"):
        import_package(Package("mnist_core", "/head"))
    assert "/head" not in sys.path


@pytest.mark.process
def test_a_worker_whose_parent_has_left_with_its_folder_leaves_without_a_word(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, tmp_path / "gone" / "stderr"))
    process.start()
    process.join(60)
    ours.close()
    assert process.exitcode == ORPHANED
    assert capfd.readouterr() == ("", "")
