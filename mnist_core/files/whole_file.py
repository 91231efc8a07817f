"""A file that is there whole or not at all, however many processes write it and wherever one is killed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from mnist_core.files.parts import name_part, remove_part, sweep_parts


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


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write `value` to `path` as indented JSON, whole or not at all."""
    write_whole(path, (json.dumps(value, indent=2) + "\n").encode())


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = name_part(path)
    try:
        with part.open("xb") as file:
            sweep_parts(path, part)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        remove_part(part)
