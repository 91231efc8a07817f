"""Pipelines in a person's own file, measured for real: one that works beside those that fail in every way."""

from pathlib import Path

import pytest
from command_lines import run_apart

from bench.machine.heap import Heap
from reports.record.file import load_record
from reports.summary.growth import estimate_growth

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
    "leaves": "mine.py:leaves ends Python with sys.exit(3)",
    "vanishes": "error: mine.py:vanishes: its process ended by itself with exit code 7, perhaps in its own code.",
    "nowhere": "mine.py has no nowhere",
}


def test_what_fails_is_told_and_what_works_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "mine.py"
    file.write_text(CODE, encoding="utf-8")
    subjects = " ".join(f"mine.py:{name}" for name in ("fine", *FAILURES, "endless"))
    output, errors, code = run_apart(
        f"mnist-bench run {subjects} --budget 1 --no-memory --no-stages --no-mixing --out run"
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
    apart = [{turn.sample.num_set_apart for turn in case.turns} for case in record.cases]
    assert apart == [{None}, {4}]


LEAK = """
import tensorflow as tf

KEPT = []

def keep(number):
    if int(number) == 0:
        KEPT.append(bytes(1_000_000))
    return number

def leaks():
    return tf.data.Dataset.range(30).map(lambda number: tf.py_function(keep, [number], tf.int64)).batch(10)

def clean():
    return tf.data.Dataset.range(3000).map(lambda number: tf.fill([1000], number)).shuffle(1000).batch(10)
"""


@pytest.mark.skipif(Heap().read_live_bytes() is None, reason="needs mallinfo2: glibc 2.33 or newer")
@pytest.mark.long
def test_a_leak_is_found_and_a_clean_pipeline_is_flat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(LEAK, encoding="utf-8")
    output, _, code = run_apart("mnist-bench run mine.py:leaks mine.py:clean --budget 1 --out run")
    assert code == 0
    growths = {case.name: estimate_growth(case.memory) for case in load_record(tmp_path / "run").cases if case.memory}
    leak, clean = growths["leaks"], growths["clean"]
    assert leak is not None
    assert leak.heap is not None
    assert leak.heap.median == pytest.approx(1e6, rel=0.02)
    assert clean is not None
    assert not clean.leaks
    assert "leaks leaks: its live heap grows by 1.00" in output
    assert "clean leaks" not in output
    held = next(case.memory for case in load_record(tmp_path / "run").cases if case.memory and case.name == "clean")
    assert held.live_bytes == pytest.approx(1000 * 1000 * 8, rel=0.25), "the shuffle buffer's int64, and batches"
