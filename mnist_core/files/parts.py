"""Parts: what a writer writes beside its target, under a name of its own, and renames when it is whole."""

from __future__ import annotations

import glob
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

ABANDONED_S = 3600.0  # a part this much older than a new one has no writer any more: writing takes a minute at most
LONGEST_NAME = 200  # bytes of the target's name in that of its part; file systems take 255 in all


def name_part(target: Path) -> Path:
    """A path beside the target that no other writer uses."""
    return target.with_name(f"{_begin(target)}{secrets.token_hex(6)}.part")


def remove_part(part: Path) -> None:
    """Remove a part, a file or a folder; harmless if it is gone, as it is once it was renamed."""
    if part.is_dir():
        shutil.rmtree(part, ignore_errors=True)
    else:
        part.unlink(missing_ok=True)


def sweep_parts(target: Path, newest: Path) -> None:
    """Remove what writers of the target left that were killed.

    Args:
        target: File or folder that the parts were to become.
        newest: Part that was just made. The file system's own times tell which parts are old; no clock is read.
    """
    for other in target.parent.glob(f"{glob.escape(_begin(target))}*.part"):
        with suppress(OSError):  # its own writer has just removed or renamed it
            if newest.stat().st_mtime - other.stat().st_mtime > ABANDONED_S:
                remove_part(other)


def _begin(target: Path) -> str:
    name = target.name.encode(errors="surrogateescape")[:LONGEST_NAME].decode(errors="ignore")
    return f".{name}."
