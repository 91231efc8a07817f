"""The options of a command that say which datasets are meant, and the subjects that they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from mnist_core.language.errors import InputError
from reports.record.case import Subject

METAVAR = "SUBJECT"
GIBIBYTE = 2**30
ASK = "SUBJECT, such as my_pipeline.py:make, and --run 'train.py ARGUMENTS'"

SubjectText = Annotated[
    str | None,
    typer.Argument(
        metavar=METAVAR,
        help="path/to/file.py:name or package.module:name: a function that makes a dataset, or a dataset; or the name "
        "or text of an ordering.",
        show_default=False,
    ),
]
SubjectTexts = Annotated[
    list[str] | None,
    typer.Argument(
        metavar=f"{METAVAR}...",
        help="path/to/file.py:name or package.module:name: a function that makes a dataset, or a dataset; or the name "
        "or text of an ordering. Ratios are to the first.",
        show_default=False,
    ),
]
Pipeline = Annotated[
    str | None,
    typer.Option(
        metavar=METAVAR,
        help="path/to/file.py:name or package.module:name: a function that makes a dataset, or a dataset.",
        show_default=False,
    ),
]
MemoryLimit = Annotated[
    float | None,
    typer.Option(metavar="GIB", min=0.1, help="For its process. Default: what this machine has."),
]
Run = Annotated[
    str | None,
    typer.Option(
        metavar="PROGRAM",
        help="Instead of SUBJECT: a program and its arguments, such as 'train.py --bs 16', of which the dataset counts "
        "that it trains on.",
        show_default=False,
    ),
]
Runs = Annotated[
    list[str] | None,
    typer.Option(
        "--run",
        metavar="PROGRAM",
        help="A program and its arguments, such as 'train.py --bs 16', of which the dataset counts that it trains on; "
        "after all SUBJECTs. Can be repeated.",
        show_default=False,
    ),
]
Arguments = Annotated[
    list[str] | None,
    typer.Option("--arg", metavar="KEY=VALUE", help="For its function; can be repeated.", show_default=False),
]
Select = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|NUMBER",
        help="Which dataset, where it gives several: train, or 0. For one of several SUBJECTs, and for a source: "
        "data.py:make[train].",
        show_default=False,
    ),
]
Source = Annotated[
    str | None,
    typer.Option(metavar=METAVAR, help="The dataset that its function transforms.", show_default=False),
]


def build_subject(
    text: str | None,
    arguments: Sequence[str] | None = None,
    select: str | None = None,
    source: str | None = None,
    run: str | None = None,
) -> Subject:
    """The subject that a text and its options stand for.

    Args:
        text: A pipeline, as ``path/to/file.py:name`` or ``package.module:name``, or an ordering's name or text; None
            for a program.
        arguments: Arguments of the pipeline's function, each as ``key=value``.
        select: Name or number of the dataset that is meant, where there are several.
        source: Text of the pipeline whose dataset the function transforms.
        run: A program and its arguments, as one would type them after ``python``; None for a text.

    Raises:
        InputError: There is neither or both, or one of them is written wrongly.
    """
    if (text is None) == (run is None):
        raise InputError(f"give one of {ASK}.")
    texts, runs = ([] if each is None else [each] for each in (text, run))
    return build_subjects(texts, arguments, select, source, runs)[0]


def build_subjects(
    texts: Sequence[str] | None,
    arguments: Sequence[str] | None = None,
    select: str | None = None,
    source: str | None = None,
    runs: Sequence[str] | None = None,
) -> list[Subject]:
    """The subjects that texts and programs stand for, with options that all of them have in common.

    Args:
        texts: Pipelines, or names or texts of orderings.
        arguments: Arguments of the functions of all pipelines, each as ``key=value``.
        select: Name or number of the dataset that is meant of each that gives several.
        source: Text of the pipeline whose dataset the functions transform.
        runs: Programs and their arguments, which come after all texts.

    Raises:
        InputError: There is none, or one of them is written wrongly or names a file that does not exist.
    """
    from bench.cases.pipelines import build_subject as build
    from bench.subjects.pipeline_text import check_file, describe_run

    if not texts and not runs:
        raise InputError(f"give at least one of {ASK}.")
    if not texts and (arguments or source is not None):
        raise InputError("--run takes neither --arg nor --source: the program has its own arguments.")
    described = [build(text, arguments or (), select=select, source=source) for text in texts or ()]
    subjects = [*described, *(describe_run(run, select=select) for run in runs or ())]
    for subject in subjects:
        check_file(subject)
    return subjects


def limit_bytes(gib: float | None) -> int | None:
    """What an option in GiB stands for; None for the option takes what this machine, or its container, has."""
    if gib is not None:
        return int(gib * GIBIBYTE)
    from bench.machine.environment import describe_environment

    machine = describe_environment()
    known = (machine.memory_limit_bytes, machine.memory_bytes)
    return min((each for each in known if each is not None), default=None)
