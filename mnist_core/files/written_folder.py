"""A folder that is there whole or not at all."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path


def write_whole_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files, by their path in the folder, beside it and rename; a folder that is there must be empty.

    Raises:
        OSError: it cannot be written, or holds something already; nothing is left behind.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.parent / f".{secrets.token_hex(8)}.part"
    try:
        for name, content in files.items():
            path = part / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
