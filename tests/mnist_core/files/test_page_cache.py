"""The page cache, asked to forget files."""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
from pathlib import Path

import pytest

from mnist_core.files.page_cache import drop_from_page_cache


def count_resident_pages(path: Path) -> int:
    """By mincore(2), which reads what the kernel holds and touches no page."""
    size = path.stat().st_size
    flags = (ctypes.c_ubyte * -(-size // mmap.PAGESIZE))()
    with path.open("r+b") as file, mmap.mmap(file.fileno(), size) as mapped:
        start = (ctypes.c_char * size).from_buffer(mapped)
        failed = ctypes.CDLL(None).mincore(ctypes.byref(start), ctypes.c_size_t(size), flags)
        del start
    assert failed == 0
    return sum(flag & 1 for flag in flags)


def write_to_disk(path: Path, num_pages: int) -> None:
    with path.open("wb") as file:
        file.write(bytes(num_pages * mmap.PAGESIZE))
        file.flush()
        os.fsync(file.fileno())


@pytest.mark.skipif(sys.platform != "linux", reason="needs mincore")
def test_pages_on_the_disk_are_dropped(tmp_path: Path) -> None:
    path, control = tmp_path / "file", tmp_path / "control"
    for each in (path, control):
        write_to_disk(each, 20)
    with control.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if (count_resident_pages(path), count_resident_pages(control)) != (20, 0):
        pytest.skip("this file system keeps no pages, or all of them, whoever asks it to forget them")
    assert drop_from_page_cache([path])
    assert count_resident_pages(path) == 0


def test_every_file_is_dropped_whole_and_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / name for name in ("a", "b", "c")]
    for path in paths:
        path.write_bytes(b"0123")
    dropped: list[tuple[int, ...]] = []

    def advise(descriptor: int, *arguments: int) -> None:
        dropped.append((os.fstat(descriptor).st_ino, *arguments))

    monkeypatch.setattr(os, "posix_fadvise", advise, raising=False)
    monkeypatch.setattr(os, "POSIX_FADV_DONTNEED", 4, raising=False)
    free = os.dup(0)
    os.close(free)
    assert drop_from_page_cache([paths[0], str(paths[1]), os.fsencode(paths[2])])
    assert dropped == [(path.stat().st_ino, 0, 0, 4) for path in paths]
    again = os.dup(0)
    os.close(again)
    assert again == free


def test_platform_without_the_call_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "posix_fadvise", raising=False)
    assert not drop_from_page_cache([tmp_path / "missing"])


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    if not hasattr(os, "posix_fadvise"):
        pytest.skip("needs posix_fadvise")
    with pytest.raises(FileNotFoundError):
        drop_from_page_cache([tmp_path / "missing"])
