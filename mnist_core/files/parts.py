"""Parts: what a writer makes under a name of its own, beside its target or for a while.

The writer of a part holds its lock, which ends with it. What nobody holds was left by one that was killed, and the next
writer of the same kind sweeps it away.
"""

from __future__ import annotations

import glob
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from mnist_core.files.locks import lock

ABANDONED_S = 3600.0  # where there are no locks: a part this much older than a new one has no writer any more
LONGEST_NAME = 200  # bytes of the target's name in that of its part; file systems take 255 in all


@contextmanager
def hold_part(target: Path, *, is_folder: bool) -> Iterator[Path]:
    """A new part beside the target, which no other writer uses; removed in the end unless it was renamed.

    Args:
        target: File or folder that the part is to become.
        is_folder: True for a folder, else it is an empty file.

    Raises:
        OSError: It cannot be made.
    """
    begin = _begin(target)
    make = Path.mkdir if is_folder else partial(Path.touch, exist_ok=False)
    part, held = _make(lambda: target.with_name(f"{begin}{secrets.token_hex(6)}.part"), make)
    try:
        _sweep(target.parent.glob(f"{glob.escape(begin)}*.part"), part)
        yield part
    finally:
        remove_part(part)
        _let_go(held)


@contextmanager
def hold_scratch(prefix: str, folder: Path | None = None) -> Iterator[Path]:
    """A new empty folder for a while; those of the same prefix that killed processes left are removed.

    Args:
        prefix: How its name begins.
        folder: Where it is made; None for the folder of temporary files.

    Raises:
        OSError: It cannot be made.
    """
    where = Path(tempfile.gettempdir()) if folder is None else folder
    part, held = _make(lambda: where / f"{prefix}{secrets.token_hex(6)}", partial(Path.mkdir, mode=0o700))
    try:
        _sweep(where.glob(f"{glob.escape(prefix)}*"), part)
        yield part
    finally:
        remove_part(part)
        _let_go(held)


def remove_part(part: Path) -> None:
    """Remove a part, a file or a folder; harmless if it is gone, as it is once it was renamed."""
    if part.is_dir():
        shutil.rmtree(part, ignore_errors=True)
    else:
        part.unlink(missing_ok=True)


def _make(name: Callable[[], Path], make: Callable[[Path], object]) -> tuple[Path, int | None]:
    """A new part and its lock; another name where one that sweeps was faster than the lock."""
    while True:
        part = name()
        make(part)
        with suppress(BlockingIOError, FileNotFoundError):
            return part, lock(part)


def _sweep(parts: Iterable[Path], newest: Path) -> None:
    """Remove those parts that nobody holds; where there are no locks, the file system's times tell which are old."""
    for part in parts:
        with suppress(OSError):  # it is held, or its own writer has just removed or renamed it
            if part == newest:
                continue
            held = lock(part)
            if held is not None or newest.stat().st_mtime - part.stat().st_mtime > ABANDONED_S:
                remove_part(part)
            _let_go(held)


def _let_go(held: int | None) -> None:
    if held is not None:
        os.close(held)


def _begin(target: Path) -> str:
    name = target.name.encode(errors="surrogateescape")[:LONGEST_NAME].decode(errors="ignore")
    return f".{name}."
