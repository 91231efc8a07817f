"""A sweep of a pipeline in a person's own file, measured for real: which of several is faster is not asked here."""

from pathlib import Path

import pytest
from command_lines import run_apart
from json_docs import check_documented

from reports.record.file import load_record
from reports.sweep.file import find_sweep

pytestmark = pytest.mark.process

CODE = """
import tensorflow as tf

def read():
    return tf.data.Dataset.range(2000)

def halve(number):
    return tf.cast(number, tf.float32) / 2.0

def make():
    return read().map(halve).shuffle(2000).batch(32)  # as ever

def grows():
    return read().map(lambda number: tf.fill([100], number)).batch(32).prefetch(1)

def missing():
    raise ValueError("no data here")
"""
LATE = "    return read().shuffle(2000).batch(32).map(halve)"


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (file := tmp_path / "mine.py").write_text(CODE, encoding="utf-8")
    return file


def test_a_pipeline_is_swept_and_its_run_is_kept_for_every_command(file: Path) -> None:
    output, said, code = run_apart("mnist-bench sweep mine.py:make --budget 30 --out run --json")
    assert code == 0, said
    printed = check_documented(output)
    names = [row["name"] for row in printed["pipelines"]]
    assert names[0] == "make"
    assert "batched-map" in names[1:]
    assert all(row["ratio"] is not None and not row["has_failed"] for row in printed["pipelines"])
    assert {case.name for case in load_record(Path("run")).cases} == set(names)
    kept = find_sweep(Path("run"))
    assert kept is not None
    assert kept.is_done
    if printed["winner"] == "batched-map" and printed["is_recommended"]:
        assert "+" + LATE in printed["patch"]
    assert file.read_text(encoding="utf-8") == CODE


def test_a_pipeline_that_cannot_be_made_is_one_line_and_leaves_nothing(file: Path) -> None:
    output, said, code = run_apart("mnist-bench sweep mine.py:missing --out run")
    assert (output, code) == ("", 2)
    assert "ValueError: no data here" in said
    assert not Path("run").exists()
