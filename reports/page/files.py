"""Where a page or a picture may be written: never over a record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mnist_core.files.whole_file import write_whole
from mnist_core.language.errors import InputError

PAGES = (".html", ".htm")
PICTURES = (".svg", ".png")


class PageError(InputError):
    """A page or a picture cannot be made or written; the message is one line that says what to do."""


def check_path(path: Path, suffixes: Sequence[str]) -> None:
    """Check that a file of this name may be written over.

    Raises:
        PageError: Its name ends otherwise, or it is a folder.
    """
    if path.suffix.lower() not in suffixes:
        raise PageError(f"{path} must end with {' or '.join(suffixes)}.")
    if path.is_dir():
        raise PageError(f"{path} is a folder: name a file in it.")


def write_file(path: Path, content: bytes) -> None:
    """Write the file whole or not at all.

    Raises:
        PageError: It cannot be written.
    """
    try:
        write_whole(path, content)
    except OSError as error:
        raise PageError(f"{path} cannot be written: {error.strerror}.") from None
