"""The console that results are printed on, the line of an error, and what of a text may go there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it takes a tenth of a second to import, and a command's help needs none of it here
    from rich.console import Console

PIPED_COLUMNS = 100


def open_console() -> Console:
    """Standard output as it is now, 100 columns wide where it is no terminal; rich follows NO_COLOR itself."""
    from rich.console import Console  # noqa: PLC0415

    console = Console(file=sys.stdout, highlight=False)
    return console if console.is_terminal else Console(file=sys.stdout, highlight=False, width=PIPED_COLUMNS)


def print_error(error: Exception) -> None:
    """Print the one line of an error on standard error, in red where there are colours."""
    from rich.console import Console  # noqa: PLC0415

    Console(stderr=True, highlight=False, soft_wrap=True).print(f"error: {error}", style="red", markup=False)


def show_plainly(text: str) -> str:
    """The text without line breaks and without what steers a terminal: files may come from anybody."""
    return text if text.isprintable() else "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
