"""Describes a dataset without timing it: in a fresh worker if it can be had by name, else in this process."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bench.cases.pipelines import build_subject
from bench.workers.answers import read_answer
from bench.workers.protocol import Describe
from bench.workers.worker_process import WorkerError, WorkerProcess, build_context
from mnist_core.digits.load import default_source
from mnist_core.language.errors import InputError
from reports.record.case import Subject
from reports.record.description import Description

PRELOADED = ["bench.workers.preload", "bench.pipelines.describe"]
LIMIT_S = 300.0  # a person's code may read a whole table before it makes a dataset of it
OBJECT = "object"  # the kind of subject that no text stands for
MAIN = "__main__"


def describe(
    what: str | Callable[..., Any] | Any,
    *,
    arguments: Mapping[str, Any] | None = None,
    select: str | None = None,
    source: str | None = None,
) -> Description:
    """What can be known of a dataset without timing it; at most some elements of it are looked at.

    A text, or a function that a file has by name, is run in a fresh process. A script that gives one needs
    ``if __name__ == "__main__":`` around the call, since that process imports it. What can be had by no name, such as
    a dataset or a lambda, is described in this process.

    Args:
        what: A pipeline as ``path/to/file.py:name`` or ``package.module:name``, the name or text of an ordering, a
            function that makes a dataset, or a ``tf.data.Dataset``.
        arguments: Arguments of the function; literals of Python where it is run in a fresh process.
        select: Name or number of the dataset that is meant, where the function gives several.
        source: Text of the pipeline whose dataset the function transforms.

    Raises:
        InputError: It makes no dataset; the message names the file and line.
        WorkerError: The process died or hung.

    Example:
        >>> if __name__ == "__main__":
        ...     description = describe("post")
        ...     [stage.name for stage in description.stages]
        ['from_tensor_slices', 'shuffle', 'map', 'prefetch', 'batch', 'repeat']
    """
    text = what if isinstance(what, str) else find_text(what)
    if text is None:
        return _describe_here(what, dict(arguments or {}), select)
    given = [f"{name}={value!r}" for name, value in (arguments or {}).items()]
    return ask_description(build_subject(text, given, select=select, source=source), default_source())


def ask_description(subject: Subject, source: str, *, memory_limit_bytes: int | None = None) -> Description:
    """What can be known of a dataset without timing it, found out in a fresh worker.

    Args:
        subject: The dataset, as text.
        source: Where the digits of an ordering come from.
        memory_limit_bytes: Most bytes of data that the worker may have; None sets no limit.

    Raises:
        InputError: The subject cannot be had; the message names the person's file and line.
        WorkerError: The worker died or hung.
    """
    asked = Describe(subject, source, memory_limit_bytes)
    with WorkerProcess(asked, build_context(PRELOADED), start_limit_s=LIMIT_S) as worker:
        try:
            return read_answer(worker.introduction, Description)
        except ValueError as error:
            raise WorkerError(f"{subject.name}: {error}.") from None


def find_text(what: Any) -> str | None:
    """The text by which another process finds a function; None for what it cannot find so."""
    name = getattr(what, "__qualname__", None)
    if not inspect.isroutine(what) or inspect.isbuiltin(what) or not name or "<" in name or what.__module__ == MAIN:
        return None
    file = inspect.getsourcefile(inspect.unwrap(what))
    return None if file is None or not Path(file).is_file() else f"{file}:{name}"


def _describe_here(what: Any, arguments: dict[str, Any], select: str | None) -> Description:
    from bench.pipelines.describe import describe_dataset  # noqa: PLC0415  # whoever has a dataset has TensorFlow
    from bench.subjects.failures import tell_build  # noqa: PLC0415
    from bench.subjects.person_code import select_dataset  # noqa: PLC0415

    name = getattr(what, "__name__", type(what).__name__).strip("<>")

    def build() -> Any:
        try:
            made = what(**arguments) if inspect.isroutine(what) else what
        except Exception as error:  # noqa: BLE001  # whatever a person's code raises
            raise InputError(f"{tell_build(name, error)}.") from None
        return select_dataset(name, made, select)

    return describe_dataset(Subject(OBJECT, name, name), build)
