"""Files from anybody, read up to a size: one that never ends, as /dev/zero, must not take all memory."""

from __future__ import annotations

import errno
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath, PureWindowsPath

MEBIBYTE = 2**20


def read_bounded(path: Path, most: int) -> bytes:
    """The bytes of a file, a pipe or what else can be read.

    Args:
        path: Path of the file.
        most: Most bytes that it may have.

    Raises:
        OSError: It cannot be read; with errno EFBIG if it has more.
    """
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most // MEBIBYTE} MiB", str(path))
    return content


def find_outside(members: Iterable[zipfile.ZipInfo]) -> str | None:
    """The name of a member of an archive that would lie outside of the folder that it is unpacked into, if any."""
    return next((each.filename for each in members if _is_outside(each.filename)), None)


def _is_outside(name: str) -> bool:
    kinds = (PurePosixPath(name), PureWindowsPath(name))
    return any(each.is_absolute() or each.drive or ".." in each.parts for each in kinds)
