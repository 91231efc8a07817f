"""One pipeline under several interpreters: this one, one that has nothing but TensorFlow, and an older TensorFlow."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from bare_python import make_bare_python
from command_lines import run_apart

from bench.slots.interpreter import find_interpreter
from reports.record.file import load_record

pytestmark = pytest.mark.process

OTHER = "MNIST_BENCH_OTHER_PYTHON"  # an interpreter with another TensorFlow than this one
CODE = """
import pathlib
import tensorflow as tf

def make(size=4):
    numbers = [int(line) for line in pathlib.Path("numbers.txt").read_text().split()]
    return tf.data.Dataset.from_tensor_slices(numbers).repeat(200).map(lambda number: number + 1).batch(size)

def broken():
    print("nobody is here")
    return tf.data.Dataset.range(9).map(lambda number: tf.debugging.assert_less(number, tf.constant(5, tf.int64)))
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's folder, with packages that have the names of ours."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "numbers.txt").write_text("1 2 3")
    for name in ("bench", "reports", "mnist_core"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('this is theirs')")
    return tmp_path


@pytest.mark.long
def test_a_pipeline_under_this_interpreter_and_one_with_nothing_but_tensorflow(folder: Path) -> None:
    bare = make_bare_python(folder / "bare")
    absent = subprocess.run([bare, "-c", "import msgspec"], capture_output=True, text=True, check=False)
    assert "No module named 'msgspec'" in absent.stderr
    output, errors, code = run_apart(
        f"mnist-bench run mine.py:make --python {sys.executable} --python bare/bin/python --budget 1 --out run"
    )
    assert code == 0, errors
    record = load_record(folder / "run")
    names = [f"make, {sys.executable}", "make, bare/bin/python"]
    assert [(case.name, case.consumer, case.case.subject.python) for case in record.cases] == [
        (name, consumer, python)
        for consumer in ("drain", "stages", "order", "memory")
        for name, python in zip(names, (sys.executable, str(bare)), strict=True)
    ]
    assert {case.case.subject.reference for case in record.cases} == {names[0]}
    assert all({turn.sample.num_examples for turn in case.turns} <= {600} for case in record.cases)
    assert [dict(case.setting.versions)["tensorflow"] for case in record.cases] == [version("tensorflow")] * 8
    told = f"TensorFlow {version('tensorflow')}, Keras"
    assert " ".join(output.split()).count(told) == 2, "a line for each interpreter"


def test_what_fails_there_is_told_with_what_it_printed(folder: Path) -> None:
    _, errors, code = run_apart(f"mnist-bench run mine.py:broken mine.py:make --python {sys.executable} --budget 1")
    assert code == 2
    assert "mine.py:broken" in errors
    assert f"{folder / 'mine.py'}:11" in errors
    assert "  | nobody is here" in errors
    (record,) = (folder / "runs").iterdir()
    assert {case.name for case in load_record(record).cases} == {"make"}


def test_an_interpreter_that_cannot_run_it_is_refused_in_one_line(folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "empty"], cwd=folder, check=True)
    _, errors, code = run_apart(f"mnist-bench run mine.py:make --python {sys.executable} --python empty/bin/python")
    pip = f"{folder}/empty/bin/python -m pip install 'tensorflow>=2.18,<2.22'"
    assert (code, errors) == (2, f"error: --python empty/bin/python has no TensorFlow: {pip}.\n")
    assert not (folder / "runs").exists()


@pytest.mark.skipif(OTHER not in os.environ, reason=f"{OTHER} names no interpreter with another TensorFlow")
def test_rows_are_named_by_the_version_of_tensorflow(folder: Path) -> None:
    other = find_interpreter(os.environ[OTHER])
    output, errors, code = run_apart(
        f"mnist-bench run mine.py:make --python {sys.executable} --python {other.path} "
        "--budget 1 --no-memory --no-stages --out run"
    )
    assert code == 0, errors
    versions = [version("tensorflow"), other.tensorflow]
    cases = load_record(folder / "run").cases
    assert [case.name for case in cases] == [f"make, TensorFlow {each}" for each in versions]
    assert [dict(case.setting.versions)["tensorflow"] for case in cases] == versions
    assert f"make, TensorFlow {versions[1]}" in output
