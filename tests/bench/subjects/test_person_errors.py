"""What a person's own code raised, in one line with their file and line, and nothing of ours or TensorFlow's."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import tensorflow as tf

from bench.subjects.person_code import make_dataset
from bench.subjects.person_errors import explain_person_error
from bench.subjects.pipeline_text import describe_pipeline, parse_pipeline
from mnist_core.language.errors import InputError

WRONG = """import sys
import numpy as np
import tensorflow as tf
def double(number):
    return tf.concat([number, tf.zeros([2, 2])], 0)
def mapped(): return tf.data.Dataset.range(3).map(double)
def raised(): raise KeyError("pictures")
def silent(): raise ValueError
def long(): raise ValueError("the first line\\nthe second")
def ragged(): return tf.data.Dataset.from_tensor_slices([[1, 2], [3]])
def ended(): sys.exit(3)
def checked(number):
    if number is not None:
        raise ValueError("no such number\\nmore of it")
    return number
def converted(): return tf.data.Dataset.range(3).map(checked)
def deep(): return np.ones(3).reshape(2, 2)
"""


@pytest.fixture
def explain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], str]:
    """What is said of what a function of a file raises, the file's own lines given."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(tmp_path)

    def run(name: str, text: str) -> str:
        file = f"wrong_{abs(hash((name, text)))}.py"
        Path(file).write_text(text)
        with pytest.raises(Exception) as raised:  # noqa: PT011  # whatever it is
            make_dataset(parse_pipeline(describe_pipeline(f"{file}:{name}")))
        return str(explain_person_error(raised.value)).replace(file, "wrong.py")

    return run


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "mapped",
            (
                "wrong.py:5: TypeError: Tensors in list passed to 'values' of 'ConcatV2' Op have types [int64, "
                "float32] that don't all match."
            ),
        ),
        ("raised", "wrong.py:7: KeyError: 'pictures'"),
        ("silent", "wrong.py:8: ValueError: no message"),
        ("long", "wrong.py:9: ValueError: the first line"),
        ("ragged", "wrong.py:10: ValueError: Can't convert non-rectangular Python sequence to Tensor."),
        (
            "ended",
            "wrong.py:ended ends Python with sys.exit(3): let it give a dataset, or catch one with --run.",
        ),
        ("converted", "wrong.py:14: ValueError: no such number"),
        ("deep", "wrong.py:17: ValueError: cannot reshape array of size 3 into shape (2,2)"),
    ],
)
def test_the_line_of_the_person_and_the_first_line_of_the_error(explain, name: str, said: str) -> None:
    assert explain(name, WRONG) == said


def test_a_file_that_cannot_be_read_as_python(explain) -> None:
    assert (
        explain("make", "import sys\ndef make(:\n    pass\n")
        == "wrong.py:2: SyntaxError: invalid syntax (wrong.py, line 2)"
    )


def test_what_we_have_said_ourselves_is_not_said_twice() -> None:
    error = InputError("there is no such file.")
    assert explain_person_error(error) is error


def test_an_error_from_nowhere_has_no_line() -> None:
    assert (
        str(explain_person_error(tf.errors.NotFoundError(None, None, "no such table")))
        == "NotFoundError: no such table"
    )
