"""A file that is there whole or not at all, however many processes write it and wherever one is killed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO


def write_whole_file(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write beside `path` under a name of this call's own, then rename; the folder is made if need be.

    Raises:
        OSError: the folder or the file cannot be written; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        with part.open("xb") as file:
            write(file)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write `value` to `path` as indented JSON, whole or not at all."""
    text = json.dumps(value, indent=2) + "\n"
    write_whole_file(path, lambda file: file.write(text.encode()))
