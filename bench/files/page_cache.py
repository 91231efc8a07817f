"""The system's page cache: what it holds of a file, and how a file is dropped from it. Linux alone tells."""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
COUNTERS = Path("/proc/self/io")
PAGE = mmap.PAGESIZE
FAILED = ctypes.c_void_p(-1).value  # what mmap gives then


@dataclass(frozen=True)
class Reads:
    """What this process has read by now.

    Args:
        asked_bytes: Bytes that its calls to read have given it, from wherever.
        disk_bytes: Bytes that were fetched from a disk for it.
    """

    asked_bytes: int
    disk_bytes: int


def read_counters() -> Reads | None:
    """What this process, with all its threads, has read; None where the system does not count."""
    try:
        found = dict(line.split(": ", 1) for line in COUNTERS.read_text(encoding="ascii").splitlines())
    except OSError:
        return None
    return Reads(int(found["rchar"]), int(found["read_bytes"]))


def drop_file(path: str) -> None:
    """Ask the system to forget a file's pages; what has been written and not stored is stored first.

    Advice, not an order: pages that are mapped, or of a file system in memory, stay. Without such a call nothing is
    done, and `count_resident_bytes` shows it.

    Raises:
        OSError: The file cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


def count_resident_bytes(path: str) -> int | None:
    """Bytes of a file that the page cache holds; None where nothing tells.

    Linux tells it of a file that is this user's, or that this process may write.

    Source: mincore(2).
    """
    status = Path(path).stat()
    tells = sys.platform.startswith("linux") and (status.st_uid == os.geteuid() or os.access(path, os.W_OK))
    if not tells:
        return None
    size = status.st_size
    if not size:
        return 0
    library = _load_library()
    descriptor = os.open(path, os.O_RDONLY)
    try:
        begin = library.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, descriptor, 0)
    finally:
        os.close(descriptor)
    if begin == FAILED:
        return None
    pages = (ctypes.c_ubyte * -(-size // PAGE))()
    try:
        told = library.mincore(begin, size, pages)
    finally:
        library.munmap(begin, size)
    return None if told else min(size, PAGE * sum(page & 1 for page in bytes(pages)))


def _load_library() -> ctypes.CDLL:
    library = ctypes.CDLL(None)
    library.mmap.restype = ctypes.c_void_p
    library.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *(ctypes.c_int,) * 3, ctypes.c_long]
    library.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]
    library.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    return library


def find_file_systems(paths: Iterable[str]) -> list[str]:
    """The kinds of file systems that files are on, such as ext4 and tmpfs; empty where nothing tells."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    mounts = {line.split()[4]: line.partition(" - ")[2].split()[0] for line in lines}
    folders = {str(Path(path).resolve().parent) for path in paths}
    return sorted({kind for folder in folders if (kind := _find_mount(folder, mounts))})


def _find_mount(folder: str, mounts: dict[str, str]) -> str:
    inside = [point for point in mounts if point in {"/", folder} or folder.startswith(f"{point}/")]
    return mounts[max(inside, key=len)] if inside else ""
