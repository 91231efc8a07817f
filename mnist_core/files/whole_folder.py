"""A folder that is there whole or not at all, however many processes write it and wherever one is killed."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mnist_core.files.parts import hold_part

PLACING_ATTEMPTS = 3  # two processes may heal one folder at the same time


def write_whole_folder(
    folder: Path, write: Callable[[Path], object], *, may_stay: Callable[[Path], bool] | None = None
) -> None:
    """Write a folder beside its place, then rename; the folders above it are made if need be.

    Args:
        folder: Place of the folder.
        write: Fills the new folder that it is given, and syncs what a crash of the machine must not cost.
        may_stay: Tells of a folder that is in the place already whether it is as good as the new one and stays; one
            that is not is replaced. None replaces nothing but an empty folder.

    Raises:
        OSError: Something cannot be written or is in the place; nothing is left behind.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with hold_part(folder, is_folder=True) as part:
        write(part)
        if may_stay is None:
            part.replace(folder)
        else:
            _place(part, folder, may_stay)


def _place(part: Path, folder: Path, may_stay: Callable[[Path], bool]) -> None:
    """Rename `part` to `folder`, after clearing it, unless another process has put as good a folder there."""
    for _ in range(PLACING_ATTEMPTS):
        with suppress(OSError):
            part.rename(folder)
            return
        if os.path.lexists(folder):
            if may_stay(folder):
                return
            _remove(folder)
    part.rename(folder)  # raises what stands in the way


def _remove(folder: Path) -> None:
    """Move away first, at once: a folder that is half removed would be taken for a damaged one."""
    with hold_part(folder, is_folder=True) as part:
        moved = part / folder.name
        with suppress(FileNotFoundError):  # another process has just done so
            folder.rename(moved)
