"""The command that traces any pipeline: from a person's file to the stage that its steps wait for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

SLOW = """
import time
import tensorflow as tf

def _sleep(value):
    time.sleep(0.01)
    return value

def make(batch_size: int, slow=True):
    dataset = tf.data.Dataset.range(80)
    if slow:
        dataset = dataset.map(lambda x: tf.numpy_function(_sleep, [x], tf.int64), num_parallel_calls=1)
    return dataset.batch(batch_size)

def empty():
    return tf.data.Dataset.range(0)

def check(x):
    with tf.control_dependencies([tf.debugging.assert_less(x, tf.constant(3, tf.int64), "too large")]):
        return tf.identity(x)

def broken():
    return tf.data.Dataset.range(9).map(check).batch(2)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("person")
    (folder / "mine.py").write_text(SLOW)
    return folder


def trace(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    script = "import sys; from bench.commands.cli import main\nif __name__ == '__main__': main()"
    return subprocess.run(
        [sys.executable, "-c", script, "trace", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_slow_stage_of_a_persons_pipeline_is_named(folder: Path) -> None:
    done = trace(folder, "mine.py:make", "--arg", "batch_size=4", "--out", "kept", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["verdict"]["bound"] == "highly input-bound"
    assert told["slowest_stage"]["name"] in {"Map", "ParallelMapV2", "MapAndBatch"}
    assert told["steps_are"] == "marks"
    assert 4 <= told["num_marks"] <= 40
    assert told["remarks"] != [] or told["pipelines"][0]["consumer"] == "train"
    assert list((folder / "kept").rglob("*.xplane.pb"))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("mine.py:empty",), "empty gives no batch: its dataset is empty."),
        (("mine.py:make",), "mine.py:make needs --arg batch_size=..."),
    ],
)
def test_what_is_wrong_with_a_pipeline_is_one_line(folder: Path, arguments: tuple[str, ...], reason: str) -> None:
    done = trace(folder, *arguments)
    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert reason in line
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_failing_element_and_its_line_are_told(folder: Path) -> None:
    done = trace(folder, "mine.py:broken")
    line = SLOW.splitlines().index("def broken():") + 2
    assert (
        f"mine.py:broken fails in Map at {folder}/mine.py:{line}, element 3 counted from 0: InvalidArgumentError: "
        in done.stderr
    )
    assert (done.returncode, done.stdout) == (2, "")
