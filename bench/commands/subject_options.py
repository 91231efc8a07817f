"""The options of a command that say which dataset is meant, and the subject that they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from reports.record.case import Subject

SubjectText = Annotated[
    str,
    typer.Argument(
        metavar="SUBJECT", help="path/to/file.py:name or package.module:name; or the name or text of an ordering."
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
    text: str, arguments: Sequence[str] | None = None, select: str | None = None, source: str | None = None
) -> Subject:
    """The subject that a text and its options stand for.

    Args:
        text: A pipeline, as ``path/to/file.py:name`` or ``package.module:name``, or an ordering's name or text.
        arguments: Arguments of the pipeline's function, each as ``key=value``.
        select: Name or number of the dataset that is meant, where the function gives several.
        source: Text of the pipeline whose dataset the function transforms.

    Raises:
        InputError: The text is neither, or an ordering is given what only a pipeline takes.
    """
    from bench.cases.pipelines import build_subject as build

    return build(text, arguments or (), select=select, source=source)
