"""Gzip files: how much they hold, found without keeping it, and their content."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

GZIP = b"\x1f\x8b"  # how every gzip file begins, and no XSpace can
CHUNK_BYTES = 2**20  # unpacked at a time, to find the size


class DamagedError(ValueError):
    """A gzip file is cut short or changed."""


def is_packed(path: Path) -> bool:
    """True for a gzip file, whatever its name: a browser may have unpacked one and kept the name."""
    with path.open("rb") as file:
        return file.read(len(GZIP)) == GZIP


def measure_unpacked(path: Path, most_bytes: int) -> int:
    """The bytes that a gzip file unpacks to; where they are too many, some number above the bound.

    Args:
        path: A gzip file.
        most_bytes: Bound at which unpacking stops. Nothing is kept, so a small file that unpacks to a large one takes
            no memory.

    Raises:
        DamagedError: The file is cut short or changed.
    """
    size = 0
    with _open(path) as file:
        while size <= most_bytes and (chunk := file.read(CHUNK_BYTES)):
            size += len(chunk)
    return size


def unpack(path: Path, size: int) -> bytes:
    """The first `size` bytes of what a gzip file holds.

    Raises:
        DamagedError: The file is cut short or changed.
    """
    with _open(path) as file:
        return file.read(size)


@contextmanager
def _open(path: Path) -> Iterator[gzip.GzipFile]:
    try:
        with gzip.open(path) as file:
            yield file
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DamagedError from error
