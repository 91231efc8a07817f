"""The options of a command that say which dataset is meant, and the subject that they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from mnist_core.language.errors import InputError
from reports.record.case import Subject

SubjectText = Annotated[
    str | None,
    typer.Argument(
        metavar="SUBJECT",
        help="path/to/file.py:name or package.module:name; or the name or text of an ordering.",
        show_default=False,
    ),
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
Arguments = Annotated[
    list[str] | None,
    typer.Option("--arg", metavar="KEY=VALUE", help="For its function; can be repeated.", show_default=False),
]
Select = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Which dataset, where it gives several: train, or 0.", show_default=False),
]
Source = Annotated[
    str | None,
    typer.Option(metavar="SUBJECT", help="The dataset that its function transforms.", show_default=False),
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
    from bench.cases.pipelines import build_subject as build
    from bench.subjects.pipeline_text import describe_run

    if (text is None) == (run is None):
        raise InputError("give one of SUBJECT, such as my_pipeline.py:make, and --run 'train.py ARGUMENTS'.")
    if text is not None:
        return build(text, arguments or (), select=select, source=source)
    if arguments or source is not None:
        raise InputError("--run takes neither --arg nor --source: the program has its own arguments.")
    return describe_run(run or "", select=select)
