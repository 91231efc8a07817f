"""Pipelines in a person's own file, measured for real: one that works beside those that fail in every way."""

from pathlib import Path

import pytest
from command_lines import run_apart

from reports.record.file import load_record

pytestmark = pytest.mark.process

CODE = """
import os
import sys
import tensorflow as tf

def fine(size=4):
    return tf.data.Dataset.range(400).map(lambda number: number + 1).batch(size)

def endless():
    return tf.data.Dataset.range(400).shuffle(100).repeat().filter(lambda number: number > 3).batch(4)

def empty():
    print("nobody is here")
    return tf.data.Dataset.range(0)

def broken():
    def check(number):
        tf.debugging.assert_less(number, tf.constant(17, tf.int64), message="too large")
        return number
    return tf.data.Dataset.range(100).map(check).batch(4)

def leaves():
    sys.exit(3)

def vanishes():
    os._exit(7)
"""
FAILURES = {
    "empty": "empty gives no batch: its dataset is empty.\n  | nobody is here",
    "broken": "mine.py:broken fails in Map at {file}:20, element 17 counted from 0: InvalidArgumentError: assertion",
    "leaves": "mine.py:leaves ends the program itself at {file}:23: sys.exit(3)",
    "vanishes": "vanishes-default-cpu: worker ended with 7",
    "nowhere": "mine.py has no nowhere",
}


def test_what_fails_is_told_and_what_works_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "mine.py"
    file.write_text(CODE, encoding="utf-8")
    subjects = " ".join(f"mine.py:{name}" for name in ("empty", "fine", *FAILURES, "endless"))
    output, errors, code = run_apart(
        f"mnist-bench run {subjects.replace('mine.py:empty ', '', 1)} --budget 1 --out run"
    )
    assert code == 2
    for reason in FAILURES.values():
        assert reason.format(file=file) in errors
    assert "fine" in output
    record = load_record(tmp_path / "run")
    assert [case.name for case in record.cases] == ["fine", "endless"]
    fine, endless = record.cases
    assert fine.extent is not None
    assert (fine.extent.num_batches, fine.extent.is_cut) == (100, False)
    assert endless.extent is not None
    assert (endless.extent.is_cut, endless.extent.is_endless) == (True, True)
    assert {turn.sample.num_examples for turn in endless.turns} == {4 * endless.extent.num_batches}
    assert {turn.sample.num_set_apart for case in record.cases for turn in case.turns} == {4}
