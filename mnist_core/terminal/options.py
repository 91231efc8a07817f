"""The options that several commands have, each with one name and one meaning in all of them."""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for scripts; docs/json.md tells the fields.")]
Data = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="SOURCE",
        help="Of digits: auto, mnist, synthetic, an .npz file or a folder of IDX files.  [default: $MNIST_CORE_DATA, "
        "else auto: mnist, or synthetic digits where that cannot be had]",
        show_default=False,
    ),
]


def name_out(metavar: str, words: str) -> typer.models.OptionInfo:
    """The option for what a command writes.

    Args:
        metavar: What is written: FILE or FOLDER.
        words: What the help says of it.
    """
    return typer.Option("--out", "-o", metavar=metavar, help=words, show_default=False)  # type: ignore[no-any-return]
