"""Pipelines as people write them, each in a file of its own: what stands in `pipelines`, and how a test comes by it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "pipelines"
TEXTS = {
    "feather_folder.py:feathers": None,
    "ledger_csv.py:ledger": None,
    "shard_stream.py:shard_stream": None,
    "good.py:tidy": None,
    "good.py:shrinking": None,
    "image_folder.py:make": None,
    "record_shards.py:make": None,
    "csv_table.py:make": None,
    "sentences.py:make": None,
    "sentences.py:make_buckets": None,
    "sentences.py:make_ragged": None,
    "generated.py:make": None,
    "generated.py:Loader.make": None,
    "branches.py:make_pairs": None,
    "branches.py:make_mixture": None,
    "branches.py:make_blend": None,
    "branches.py:make_choice": None,
    "branches.py:make_split": None,
    "branches.py:make_splits": "train",
    "windows.py:make": None,
    "windows.py:make_groups": None,
    "windows.py:make_sums": None,
    "module_level.py:train_ds": None,
    "module_level.py:both": "1",
    "cached_file.py:make": None,
    "catalog.py:make": None,
    "own_model.py:make": None,
}
"""Every pipeline by what stands behind its folder, with the dataset that is selected of it."""


@pytest.fixture
def pipeline_data(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that the pipelines of this run write their data to; what a test imports of theirs is forgotten."""
    folder, known = tmp_path_factory.getbasetemp() / "pipelines", set(sys.modules)
    monkeypatch.setenv("CASE_DATA", str(folder))
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield folder
    for name in set(sys.modules) - known:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(FOLDER)):
            del sys.modules[name]
