"""The console that results are printed on, the line of an error, and what of a text may go there."""

from __future__ import annotations

import os
import re
import sys
from typing import IO, TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:  # it takes a tenth of a second to import, and a command's help needs none of it here
    from rich.console import Console

PIPED_COLUMNS = 100
LAST_BLANKS = re.compile(r" +(?=\n)")  # with which rich fills lines up


class Piped:
    """A stream that leads to a file or a pipe: it drops the blanks at the ends of lines.

    Args:
        stream: Where the text goes.
    """

    def __init__(self, stream: TextIO) -> None:
        self.encoding = stream.encoding
        self.isatty, self.fileno, self.flush = stream.isatty, stream.fileno, stream.flush
        self._write = stream.write

    def write(self, text: str) -> int:
        """Pass on a text of whole lines; the number of characters that it had."""
        self._write(LAST_BLANKS.sub("", text))
        return len(text)


def open_console() -> Console:
    """Standard output as it is now; where it is no terminal, as wide as COLUMNS says, else 100 columns.

    Rich follows NO_COLOR itself.
    """
    from rich.console import Console  # noqa: PLC0415

    console = Console(file=sys.stdout, highlight=False)
    if console.is_terminal:
        return console
    return Console(file=cast("IO[str]", Piped(sys.stdout)), highlight=False, width=_read_columns())


def _read_columns() -> int:
    said = os.environ.get("COLUMNS", "")
    return int(said) if said.isdecimal() and int(said) > 0 else PIPED_COLUMNS


def print_error(error: Exception) -> None:
    """Print the one line of an error on standard error, in red where there are colours."""
    from rich.console import Console  # noqa: PLC0415

    line = f"error: {_show(str(error))}"
    Console(stderr=True, highlight=False, soft_wrap=True).print(line, style="red", markup=False)


def show_plainly(text: str) -> str:
    """The text without line breaks and without what steers a terminal: files may come from anybody."""
    return text if text.isprintable() else "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def _show(text: str) -> str:
    """The text of a message, line by line, without what steers a terminal."""
    return "\n".join(map(show_plainly, text.split("\n")))


def print_warning(line: str) -> None:
    """Say on stderr what a user should know, where the command goes on.

    Args:
        line: What it is, in one line.
    """
    from rich.console import Console  # noqa: PLC0415

    Console(stderr=True, highlight=False, soft_wrap=True).print(f"warning: {_show(line)}", style="yellow", markup=False)
