"""Every file below a folder, at any depth: what the commands that read traces and logs search."""

from __future__ import annotations

import heapq
import os
from collections.abc import Iterator
from pathlib import Path


def walk_files(folder: Path) -> Iterator[Path]:
    """Every file below a folder, at any depth; each folder is read once.

    Links to folders are followed as TensorBoard follows them, yet after everything else and in the order of their
    paths, so that a folder goes by its own name where it has one here. Passed over are a link that leads to a folder
    already read or to one that holds `folder` itself, a link that leads nowhere, and a folder that cannot be read.
    """
    seen = _identify_above(folder)
    folders, links = [folder], list[Path]()
    while folders or links:
        current = folders.pop() if folders else heapq.heappop(links)
        identity = _identify(current)
        if identity is None or identity in seen:
            continue
        seen.add(identity)
        entries = _list_entries(current)
        yield from (current / entry.name for entry in entries if _is_file(entry))
        below = [entry for entry in entries if _is_folder(entry)]
        folders += [current / entry.name for entry in reversed(below) if not entry.is_symlink()]
        for entry in below:
            if entry.is_symlink():
                heapq.heappush(links, current / entry.name)


def _identify_above(folder: Path) -> set[tuple[int, int] | None]:
    """All folders that hold a folder, where it really lies: a link in it to one of them is a circle."""
    found: set[tuple[int, int] | None] = set()
    above = folder / ".."
    while (identity := _identify(above)) not in found:
        found.add(identity)
        above /= ".."
    return found


def _identify(folder: Path) -> tuple[int, int] | None:
    """What a folder has in common with all links to it; None if it cannot be read."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _list_entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads back to itself
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
