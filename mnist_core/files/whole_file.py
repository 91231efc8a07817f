"""A file that is there whole or not at all, however many processes write it and wherever one is killed."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mnist_core.files.parts import hold_part


def write_whole(path: Path, content: bytes) -> None:
    """Write beside `path`, sync, then rename; the folder is made if need be, and a link stays a link.

    What is no file, such as a pipe or /dev/null, is written to as it stands: a rename would put a file in its place.

    Raises:
        OSError: The folder or the file cannot be written; nothing is left behind and an old file stays as it was.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(content)
    else:
        _replace(path.resolve(), content)


def write_whole_by(path: Path, write: Callable[[Path], object]) -> None:
    """Let somebody else's function write beside `path`, sync, then rename; the folder is made if need be.

    Args:
        path: The file.
        write: Writes the file that it is given, whose name ends as that of `path` does.

    Raises:
        OSError: The folder or the file cannot be written; nothing is left behind and an old file stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with hold_part(path, is_folder=True) as part:
        beside = part / path.name
        write(beside)
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(path)


def check_folder(folder: Path) -> None:
    """Refuse a folder that could not be made or written, before there is anything that would be lost.

    Raises:
        OSError: A file is in its place or above it, or it may not be written.
    """
    there = next(each for each in (folder, *folder.resolve().parents) if each.exists())
    if not there.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, f"{there} is a file", str(there))
    if not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(there))


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write `value` to `path` as indented JSON, whole or not at all."""
    write_whole(path, (json.dumps(value, indent=2) + "\n").encode())


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with hold_part(path, is_folder=False) as part:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
