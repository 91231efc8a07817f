"""A worker's side, in this process: which package it takes, and what it says when it cannot."""

import sys

import pytest

from bench.workers.protocol import Package
from bench.workers.worker import import_package


def test_a_process_that_has_imported_a_mnist_core_is_of_no_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(ImportError, match=r"^mnist_core was imported before its revision was known\.$"):
        import_package(Package("mnist_core", "/head"))
    assert "/head" not in sys.path
