"""What a person gives to be measured or described: a text, a function, a dataset, or several of them by name."""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bench.calls.naming import find_text
from bench.cases.pipelines import build_subject
from bench.workers.unguarded import UnguardedError
from bench.workers.worker import is_worker
from mnist_core.language.errors import InputError
from reports.record.case import OBJECT, Case, Subject

ACCEPTED = "a text, a function that makes a dataset, a tf.data.Dataset or a dictionary of these"
COLLECTIONS = (tuple, list, Mapping)
DATASET = "dataset"  # what a dataset is called that nobody named


@dataclass(frozen=True)
class Given:
    """One of the things that were given.

    Args:
        subject: What it is as data; of the kind "object" if no text stands for it.
        what: The dataset, or what makes it; for nothing where another process finds it by the subject's text.
        arguments: Arguments of what makes it.
        select: Name or number of the dataset that is meant, where several come back.
    """

    subject: Subject
    what: Any = None
    arguments: Mapping[str, Any] | None = None
    select: str | None = None

    @property
    def is_here(self) -> bool:
        """True for what only this process has."""
        return self.subject.kind == OBJECT

    def make(self) -> Any:
        """The dataset, made in this process if it is not there yet; its stages remember where.

        Raises:
            InputError: It is no dataset, or what makes it fails; the message names the file and line.
        """
        from bench.subjects.failures import tell_build  # noqa: PLC0415  # whoever has a dataset has TensorFlow
        from bench.subjects.origins import note_origins  # noqa: PLC0415
        from bench.subjects.person_code import is_dataset, name_type, select_dataset  # noqa: PLC0415

        if not (callable(self.what) or is_dataset(self.what) or isinstance(self.what, COLLECTIONS)):
            raise InputError(f"a pipeline must be {ACCEPTED}, got {name_type(self.what)}.")
        try:
            with note_origins():
                made = self.what(**(self.arguments or {})) if callable(self.what) else self.what
        except Exception as error:  # noqa: BLE001  # whatever a person's code raises
            raise InputError(f"{tell_build(self.subject.name, error)}.") from None
        return select_dataset(self.subject.name, made, self.select)


def read_given(what: Any, arguments: Mapping[str, Any], select: str | None = None, source: str | None = None) -> Given:
    """What a text, a function or a dataset means.

    Args:
        what: Any of them.
        arguments: Arguments of the function; all are literals of Python, or it is called in this process.
        select: Name or number of the dataset that is meant, where the function gives several.
        source: Text of the pipeline whose dataset the function transforms.

    Raises:
        InputError: The text means nothing, or arguments were given for what takes none.
    """
    text = what if isinstance(what, str) else find_text(what)
    if text is not None and (isinstance(what, str) or all(_is_literal(value) for value in arguments.values())):
        given = [f"{name}={value!r}" for name, value in arguments.items()]
        return Given(build_subject(text, given, select=select, source=source))
    if arguments and not callable(what):
        raise InputError(f"arguments belong to a function, got {', '.join(arguments)} with {_name(what)}.")
    if source is not None:
        raise InputError(f"source belongs to a function of a file, got {source!r} with {_name(what)}.")
    return Given(Subject(OBJECT, _name(what), _tell(what)), what, arguments, select)


def list_given(
    everything: Sequence[Any], arguments: Mapping[str, Any], select: str | None = None
) -> list[Case | Given]:
    """Each thing that was given, cases as they are; what a dictionary holds has its names.

    Raises:
        InputError: As `read_given` does.
    """
    given: list[Case | Given] = []
    for what in everything:
        if isinstance(what, Mapping):
            held = {str(name): read_given(each, arguments, select) for name, each in what.items()}
            given += [replace(each, subject=replace(each.subject, name=name)) for name, each in held.items()]
        else:
            given.append(what if isinstance(what, Case) else read_given(what, arguments, select))
    return given


def check_no_worker(call: str) -> None:
    """Check that this process is not one that was started to measure.

    Raises:
        UnguardedError: A worker has imported the program that calls.
    """
    if is_worker():
        raise UnguardedError(
            f"{call} is called where a file is imported, which the processes that measure do too: put if __name__ == "
            f'"__main__": around it.'
        )


def check_seconds(seconds: Any) -> float:
    """The seconds that were given, checked.

    Raises:
        InputError: They are no finite number, or below 0.
    """
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not is_number or not math.isfinite(seconds) or seconds < 0:
        raise InputError(f"seconds must be a number of at least 0, got {seconds!r}.")
    return float(seconds)


def _is_literal(value: Any) -> bool:
    """True if its text, as Python writes it, is that value again."""
    try:
        return bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False


def _name(what: Any) -> str:
    name = getattr(what, "__name__", None)
    if name is None and callable(what):
        return type(what).__name__
    return DATASET if name is None else str(name).strip("<>")


def _tell(what: Any) -> str:
    """What stands for it in a table: where its code begins, or what it is."""
    code = getattr(inspect.unwrap(what), "__code__", None) if callable(what) else None
    if code is not None:
        return f"{_name(what)} at {code.co_filename}:{code.co_firstlineno}"
    return f"a {type(what).__name__.strip('_')}"
