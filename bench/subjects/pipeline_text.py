"""A pipeline that somebody else wrote, as text: where it stands, with which arguments, and what of it is meant.

Nothing of it is imported here: only workers run a person's code.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnist_core import InputError
from reports.record.case import PIPELINE, RUN, Subject

SHAPE = "path/to/file.py:name or package.module:name"
DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")  # a name, or names with dots
SELECTED = re.compile(r"(?P<attribute>.*?)\[(?P<select>[^\[\]]+)\]")  # with the dataset that is meant of what it gives
ARGUMENT = "arg."  # how the names of options begin that are arguments
SELECT, SOURCE = "select", "source"
REWRITE = "rewrite"  # the option that says in which order the calls of its chain are made
FILE = ".py"


@dataclass(frozen=True)
class PipelineText:
    """What a pipeline's text means.

    Args:
        place: Path of a file that ends in .py, or the dotted name of a module.
        attribute: Name in it, dotted if it lies in a class.
        arguments: Names and values that its function is called with.
        select: Name or number of the dataset that is meant, where several come back; None if one does.
        source: The subject whose dataset the function transforms; None if it takes none.
    """

    place: str
    attribute: str
    arguments: tuple[tuple[str, Any], ...] = ()
    select: str | None = None
    source: str | None = None

    @property
    def is_file(self) -> bool:
        """True for a file, False for a module."""
        return self.place.endswith(FILE)


def describe_pipeline(
    text: str, arguments: Sequence[str] = (), *, select: str | None = None, source: str | None = None
) -> Subject:
    """The subject that a pipeline's text stands for.

    Args:
        text: The pipeline, as ``path/to/file.py:name`` or ``package.module:name``, and ``[select]`` behind it if that
            differs from the argument of this name.
        arguments: Arguments of its function, each as ``key=value``; a value is a literal of Python, or else a text.
        select: Name or number of the dataset that is meant, where the function gives several.
        source: Text of the pipeline whose dataset the function transforms, with a ``[select]`` of its own.

    Raises:
        InputError: The text, an argument or the source is written otherwise.

    Example:
        >>> describe_pipeline("my_pipeline.py:make", ["batch_size=64"]).name
        'make'
    """
    place, attribute = split_text(text)
    attribute, own = split_select(attribute)
    select = own or select
    if source is not None:
        split_text(source)
    given = [_split_argument(argument) for argument in arguments]
    names = [name for name, _ in given]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"--arg {name} was given {names.count(name)} times: give it once.")
    options = [(f"{ARGUMENT}{name}", value) for name, value in given]
    options += [(SELECT, select)] if select is not None else []
    options += [(SOURCE, source)] if source is not None else []
    return Subject(PIPELINE, _name(attribute, select), f"{place}:{attribute}", tuple(options))


def describe_run(command: str, *, select: str | None = None) -> Subject:
    """The subject that a person's own program is: the dataset that it consumes first.

    Args:
        command: The program and its arguments, as one would type them after ``python``.
        select: Number of the dataset that is meant, of those that the program built, in order.

    Raises:
        InputError: There is no program in it, or the number is none.
    """
    if select is not None:
        read_number(select)
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise InputError(f"--run must be a program and its arguments, got {command!r}: {error}.") from None
    if not words or not words[0].endswith(FILE):
        raise InputError(
            f"--run must begin with a program that ends in .py, such as 'train.py --bs 16', got {command!r}."
        )
    return Subject(
        RUN, words[0].rpartition("/")[2].removesuffix(FILE), command, () if select is None else ((SELECT, select),)
    )


def parse_pipeline(subject: Subject) -> PipelineText:
    """What a subject of this kind means; `describe_pipeline` made it."""
    place, attribute = split_text(subject.text)
    options = dict(subject.options)
    arguments = [
        (name.removeprefix(ARGUMENT), read_value(value)) for name, value in subject.options if name.startswith(ARGUMENT)
    ]
    return PipelineText(place, attribute, tuple(arguments), options.get(SELECT), options.get(SOURCE))


def find_code(subject: Subject) -> Path | None:
    """The file that a person's pipeline or program stands in; None for a module, and for what is no person's."""
    if subject.kind == PIPELINE and (pipeline := parse_pipeline(subject)).is_file:
        return Path(pipeline.place)
    return Path(shlex.split(subject.text)[0]) if subject.kind == RUN else None


def check_file(subject: Subject) -> None:
    """Refuse a pipeline or a program whose file is not there, before anything is started for it.

    Raises:
        InputError: The file does not exist.
    """
    if subject.kind == PIPELINE and (pipeline := parse_pipeline(subject)).is_file:
        check_pipeline_file(pipeline.place)
    elif subject.kind == RUN:
        check_program_file(shlex.split(subject.text)[0])


def check_pipeline_file(place: str) -> None:
    """Refuse a path at which there is no file that makes a dataset.

    Raises:
        InputError: The file does not exist.
    """
    if not Path(place).is_file():
        raise InputError(f"{place} does not exist: give the file that makes the dataset, as path/to/file.py:name.")


def check_program_file(name: str) -> None:
    """Refuse a path at which there is no program.

    Raises:
        InputError: The file does not exist.
    """
    if not Path(name).is_file():
        raise InputError(f"{name} does not exist: give --run the program and its arguments.")


def tell_option(name: str, value: str) -> str:
    """An option of a subject as its owner gives it, in one line: ``size=64``, or ``--select 2``."""
    words = " ".join(value.split())
    return f"--select {words}" if name == SELECT else f"{name.removeprefix(ARGUMENT)}={words}"


def is_pipeline(text: str) -> bool:
    """True for a text that is meant to be a pipeline's, whether it is written well or not; False for an ordering's."""
    place, colon, attribute = text.rpartition(":")
    return place.endswith(FILE) or text.endswith(FILE) or (bool(colon) and "(" not in f"{place}{attribute}")


def split_text(text: str) -> tuple[str, str]:
    """The file or module, and the name in it, with the ``[select]`` that may stand behind it.

    Raises:
        InputError: The text has another form.
    """
    place, colon, attribute = text.rpartition(":")
    name, _ = split_select(attribute)
    if not colon or not DOTTED.fullmatch(name) or not (place.endswith(FILE) or DOTTED.fullmatch(place)):
        hint = f"{text}:name" if text.endswith(FILE) else SHAPE
        raise InputError(f"a pipeline must be {SHAPE}, got {text!r}: write {hint}.")
    return place, attribute


def split_select(attribute: str) -> tuple[str, str | None]:
    """A name, and the dataset that is meant of what it gives: ``make[train]``; None where nothing says which."""
    found = SELECTED.fullmatch(attribute)
    return (attribute, None) if found is None else (found["attribute"], found["select"])


def read_number(select: str) -> int:
    """The number of a dataset among those that a program builds, from 1.

    Raises:
        InputError: The text is no such number.
    """
    if not (select.isdecimal() and int(select)):
        raise InputError(f"--select must be the number of a dataset with --run, such as 1, got {select!r}.")
    return int(select)


def read_value(text: str) -> Any:
    """The literal of Python that a text is, or else the text itself. Nothing is evaluated."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


def _split_argument(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise InputError(f"--arg must be key=value, such as batch_size=64, got {text!r}.")
    return name, value


def _name(attribute: str, select: str | None) -> str:
    last = attribute.rpartition(".")[2]
    return last if select is None else f"{last}[{select}]"
