"""Which pipelines a gate compares: those that its options name, or those of the repository's ``pyproject.toml``."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from bench.cases.pipelines import name_apart
from bench.gate.revisions import PROJECT, RevisionError, Workplace
from bench.subjects.pipeline_text import FILE, SELECT, SOURCE, describe_pipeline, describe_run, split_text, tell_option
from mnist_core.language.errors import InputError
from reports.record.case import RUN, Case, Subject

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TABLE, KEY = "tool.mnist-bench", "pipelines"


class ListedPipeline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pipeline as a project writes it, if it is more than its text.

    Args:
        pipeline: Its text, as ``path/to/file.py:name`` or ``package.module:name``; None where a program is run.
        run: The program whose dataset is meant, with its arguments; None where there is a text.
        arg: Arguments of its function.
        select: Which dataset, where there are several.
        source: Text of the pipeline whose dataset the function transforms.
    """

    pipeline: str | None = None
    run: str | None = None
    arg: dict[str, Any] = {}
    select: str | int | None = None
    source: str | None = None

    def describe(self) -> Subject:
        """The subject that it is.

        Raises:
            InputError: It is written otherwise.
        """
        arguments = [f"{name}={value if isinstance(value, str) else repr(value)}" for name, value in self.arg.items()]
        select = None if self.select is None else str(self.select)
        if (self.pipeline is None) == (self.run is None):
            raise InputError(f"{PROJECT}: {KEY} of [{TABLE}]: a table has one of pipeline and run.")
        if self.pipeline is not None:
            return describe_pipeline(self.pipeline, arguments, select=select, source=self.source)
        if self.arg or self.source is not None:
            raise InputError(f"{PROJECT}: {KEY} of [{TABLE}]: arg and source belong to a pipeline, not to {self.run}.")
        return describe_run(str(self.run), select=select)


def read_listed(file: Path) -> tuple[Subject, ...]:
    """The pipelines in a ``pyproject.toml``; none where there is no file or no such list.

    Raises:
        InputError: The file is not TOML, or the list is written otherwise.
    """
    try:
        content: Any = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RevisionError(f"{file.name} of {file.parent.name} cannot be read: {error}.") from None
    for name in TABLE.split("."):
        content = content.get(name, {}) if isinstance(content, dict) else {}
    try:
        listed = msgspec.convert(content.get(KEY, ()), tuple[str | ListedPipeline, ...])
    except msgspec.ValidationError as error:
        keys = ", ".join(ListedPipeline.__struct_fields__)
        raise InputError(f"{file.name}: {KEY} of [{TABLE}]: {error}; each is a text or a table with {keys}.") from None
    return tuple(describe_pipeline(each) if isinstance(each, str) else each.describe() for each in listed)


def find_listed(workplace: Workplace) -> tuple[Subject, ...]:
    """The pipelines of head's ``pyproject.toml``.

    Raises:
        InputError: It lists none.
    """
    listed = read_listed(workplace.head.folder / PROJECT)
    if not listed:
        raise InputError(
            f"this repository has no mnist_core, and its {PROJECT} lists no {KEY} in [{TABLE}]: "
            "give --pipeline path/to/file.py:name."
        )
    return listed


def locate_subjects(subjects: Sequence[Subject], repository: Path, inside: Path) -> tuple[Subject, ...]:
    """The subjects with files by their paths from the top of the repository.

    Args:
        subjects: Subjects whose files are given from anywhere.
        repository: Top folder of the repository.
        inside: Folder that the user is in.

    Raises:
        InputError: A file lies outside of the repository.
    """
    return tuple(_rewrite(each, lambda place: _locate(place, repository, inside)) for each in subjects)


def build_cases(subjects: Sequence[Subject], repository: Path, inside: Path) -> dict[str, Case]:
    """A drained case for every subject, by its id; files are given as seen from the folder that the user is in.

    Args:
        subjects: Subjects whose files are given from the top of the repository.
        repository: Top folder of the repository.
        inside: Folder that the user is in.

    Raises:
        InputError: Two are the same.
    """
    named = name_apart(subjects)
    if len({(each.text, each.options) for each in subjects}) < len(named):
        raise InputError("a pipeline is given twice: leave one out.")
    cases = [Case(replace(each, reference=None)) for each in named]

    def move(place: str) -> str:
        return os.path.relpath(repository / place, inside)

    return {case.id: replace(case, subject=_rewrite(case.subject, move)) for case in cases}


def tell_subject(subject: Subject) -> str:
    """A pipeline as its owner types it, with arguments."""
    select = None if subject.kind == RUN else dict(subject.options).get(SELECT)
    text = subject.text if select is None else f"{subject.text}[{select}]"
    told = [tell_option(name, value) for name, value in subject.options if subject.kind == RUN or name != SELECT]
    return " ".join([text, *told])


def _rewrite(subject: Subject, change: Callable[[str], str]) -> Subject:
    """The subject with every path of a file that it names changed."""
    if subject.kind == RUN:
        program, *words = shlex.split(subject.text)
        return replace(subject, text=shlex.join([change(program), *words]))

    def change_text(text: str) -> str:
        place, attribute = split_text(text)
        return f"{change(place)}:{attribute}" if place.endswith(FILE) else text

    changed = [(name, change_text(value) if name == SOURCE else value) for name, value in subject.options]
    return replace(subject, text=change_text(subject.text), options=tuple(changed))


def _locate(place: str, repository: Path, inside: Path) -> str:
    near, top = inside / place, repository / place
    file = Path(os.path.normpath(near if near.exists() or not top.exists() else top))
    if not file.is_relative_to(repository):
        raise InputError(f"{place} lies outside of {repository}: a gate compares what git holds.")
    return file.relative_to(repository).as_posix()
