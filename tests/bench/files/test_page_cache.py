"""The page cache of the machine that the tests run on: what it holds, what is dropped, what was read from a disk."""

import os
from pathlib import Path

import pytest

from bench.files import page_cache
from bench.files.page_cache import count_resident_bytes, drop_file, find_file_systems, read_counters

IN_MEMORY = {"tmpfs", "ramfs", "overlay"}
SIZE = 3 * page_cache.PAGE + 5

pytestmark = pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="Linux alone tells of its page cache")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "data.bin"
    path.write_bytes(os.urandom(SIZE))
    return path


def test_what_was_just_written_is_resident_and_what_was_dropped_is_not(file: Path) -> None:
    assert count_resident_bytes(str(file)) == SIZE
    drop_file(str(file))
    stays = bool(set(find_file_systems([str(file)])) & IN_MEMORY)
    assert count_resident_bytes(str(file)) == (SIZE if stays else 0)
    assert file.read_bytes()
    assert count_resident_bytes(str(file)) == SIZE


def test_an_empty_file_holds_nothing_and_one_of_somebody_else_tells_nothing(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").touch()
    assert count_resident_bytes(str(tmp_path / "empty")) == 0
    monkeypatch.setattr(os, "geteuid", lambda: file.stat().st_uid + 1)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert count_resident_bytes(str(file)) is None


def test_the_system_counts_what_was_read_and_what_of_it_came_from_the_disk(file: Path) -> None:
    drop_file(str(file))
    before = read_counters()
    assert len(file.read_bytes()) == SIZE
    now = read_counters()
    assert before is not None
    assert now is not None
    assert now.asked_bytes - before.asked_bytes >= SIZE
    assert now.disk_bytes >= before.disk_bytes


def test_where_nothing_counts_there_are_no_counters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(page_cache, "COUNTERS", tmp_path / "none")
    monkeypatch.setattr(page_cache, "MOUNTS", tmp_path / "none")
    assert read_counters() is None
    assert find_file_systems([str(tmp_path)]) == []


def test_a_file_is_on_the_innermost_mount_around_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    lines = ["1 0 0:1 / / rw - ext4 /dev/vda rw", f"2 1 0:2 / {tmp_path} rw shared:1 - tmpfs tmpfs rw"]
    mounts.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(page_cache, "MOUNTS", mounts)
    assert find_file_systems([f"{tmp_path}/a/b.bin"]) == ["tmpfs"]
    assert find_file_systems([f"{tmp_path}2/b.bin", f"{tmp_path}/b.bin"]) == ["ext4", "tmpfs"]
