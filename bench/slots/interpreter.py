"""The interpreters that a person names: whether each can run a worker, and which TensorFlow it has."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mnist_core import InputError

FIRST_PYTHON = (3, 10)
FIRST_TENSORFLOW, LAST_TENSORFLOW = (2, 18), (2, 21)  # as pyproject.toml has them; a test compares the two
LIMIT_S = 60.0
MARK = "interpreter: "
LONGEST_WORDS = 200  # characters of what a program said that is no such interpreter
SCRIPT = f"""
import sys
sys.path = [each for each in sys.path if each]
import json
def find_tensorflow():
    if sys.version_info[:2] < {FIRST_PYTHON}:
        return None
    from importlib import metadata
    for name in metadata.packages_distributions().get("tensorflow", ()):
        return metadata.version(name)
found = {{"python": list(sys.version_info[:3]), "tensorflow": find_tensorflow()}}
print({MARK!r} + json.dumps(found))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python that can run workers.

    Args:
        text: What the person calls it.
        path: Absolute path of the program.
        tensorflow: Version of its TensorFlow, such as ``2.18.1``.
    """

    text: str
    path: str
    tensorflow: str


def find_interpreter(text: str) -> Interpreter:
    """The interpreter that a text names, asked in a process of its own.

    Args:
        text: Path of the program, or its name where the shell finds it by that.

    Raises:
        InputError: There is none, or it cannot run a worker: it is too old, or has no TensorFlow that is supported.
    """
    found = shutil.which(text)
    if found is None:
        raise InputError(f"--python {text} is no program: give an interpreter, such as /path/to/venv/bin/python.")
    path = os.path.abspath(found)  # noqa: PTH100  # a link to the interpreter is what makes an environment
    version, tensorflow = _ask(text, path)
    if version < FIRST_PYTHON:
        raise InputError(f"--python {text} is Python {_join(version)}: it must be {_join(FIRST_PYTHON)} or newer.")
    if tensorflow is None:
        raise InputError(f"--python {text} has no TensorFlow: {path} -m pip install '{tell_wanted()}'.")
    if not FIRST_TENSORFLOW <= _read_minor(tensorflow) <= LAST_TENSORFLOW:
        raise InputError(
            f"--python {text} has TensorFlow {tensorflow}: "
            f"it must be {_join(FIRST_TENSORFLOW)} to {_join(LAST_TENSORFLOW)}."
        )
    return Interpreter(text, path, tensorflow)


def tell_apart(interpreters: Sequence[Interpreter]) -> list[str]:
    """What rows call each: TensorFlow's version, else what the person does, else that and its place; empty for one."""
    if len(interpreters) == 1:
        return [""]
    versions = Counter(each.tensorflow for each in interpreters)
    names = [each.text if versions[each.tensorflow] > 1 else f"TensorFlow {each.tensorflow}" for each in interpreters]
    counts = Counter(names)
    return [f"{name} ({place})" if counts[name] > 1 else name for place, name in enumerate(names, start=1)]


def tell_wanted() -> str:
    """The requirement that pip understands, such as ``tensorflow>=2.18,<2.22``."""
    major, minor = LAST_TENSORFLOW
    return f"tensorflow>={_join(FIRST_TENSORFLOW)},<{major}.{minor + 1}"


def _ask(text: str, path: str) -> tuple[tuple[int, ...], str | None]:
    """Which Python the program says it is, and which TensorFlow it has.

    Raises:
        InputError: It does not answer as Python does.
    """
    try:
        done = subprocess.run(  # noqa: S603  # the person named it
            [path, "-"], input=SCRIPT.encode(), capture_output=True, timeout=LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise InputError(f"--python {text} gave no answer within {LIMIT_S:g} s.") from None
    except OSError as error:
        raise InputError(f"--python {text} cannot be started: {error.strerror}.") from None
    for line in done.stdout.decode(errors="replace").splitlines():
        if line.startswith(MARK):
            told = json.loads(line.removeprefix(MARK))
            return tuple(told["python"]), told["tensorflow"]
    said = [line for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]
    words = said[-1].strip()[:LONGEST_WORDS] if said else f"exit code {done.returncode}"
    raise InputError(f"--python {text} is no Python interpreter that works: {words}.")


def _read_minor(version: str) -> tuple[int, ...]:
    """Major and minor version, such as (2, 18); nothing of a version that is written otherwise."""
    parts = version.split(".")[:2]
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()


def _join(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
