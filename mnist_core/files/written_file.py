"""A file that is there whole or not at all, wherever its writer is killed."""

from __future__ import annotations

import secrets
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write beside `path` under a name of this call's own, then rename; the folder is made if need be.

    What is no file, such as a pipe or /dev/null, is written to as it stands: a rename would put a file in its place.

    Raises:
        OSError: the folder or the file cannot be written; nothing is left behind and an old file stays as it was.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(content)
    else:
        _replace(path.resolve(), content)


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.parent / f".{secrets.token_hex(8)}.part"
    try:
        with part.open("xb") as file:
            file.write(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
