"""The console that tables are printed on, and what of a text may go there."""

from __future__ import annotations

import sys

from rich.console import Console

PIPED_COLUMNS = 100


def open_console() -> Console:
    """Standard output as it is now, 100 columns wide where it is no terminal; rich follows NO_COLOR itself."""
    console = Console(file=sys.stdout, highlight=False)
    return console if console.is_terminal else Console(file=sys.stdout, highlight=False, width=PIPED_COLUMNS)


def show_plainly(text: str) -> str:
    """The text without line breaks and without what steers a terminal: files may come from anybody."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
