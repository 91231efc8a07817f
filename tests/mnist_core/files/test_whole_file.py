"""A file is whole or not there."""

import os
from pathlib import Path

import pytest

from mnist_core.files import locks
from mnist_core.files.parts import ABANDONED_S, hold_part
from mnist_core.files.whole_file import check_folder, write_whole


def test_a_new_folder_is_made_and_an_old_file_replaced(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.html"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert [(entry.name, entry.read_bytes()) for entry in path.parent.iterdir()] == [("report.html", b"new")]


def test_a_failed_write_keeps_the_old_file_and_leaves_nothing_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"
    write_whole(path, b"old")

    def fail(_part: Path, _path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("report.html", b"old")]


def test_a_reader_sees_the_old_file_until_the_new_one_is_whole_and_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    seen: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda _descriptor: seen.append(path.read_bytes()))
    write_whole(path, b"new")
    assert (seen, path.read_bytes()) == ([b"old"], b"new")


def test_an_interrupted_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_descriptor: int) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "file"
    write_whole(path, b"old")
    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, b"new")
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("file", b"old")]


@pytest.mark.parametrize("name", ["file", "[a-z]*", "x" * 255])
def test_what_a_killed_writer_left_is_swept_up_and_what_a_writer_holds_is_not(name: str, tmp_path: Path) -> None:
    begin = f".{name[:200]}."
    left, foreign = tmp_path / f"{begin}left.part", tmp_path / ".other.left.part"
    left.write_bytes(b"half")
    foreign.write_bytes(b"half")
    with hold_part(tmp_path / name, is_folder=False) as held:
        write_whole(tmp_path / name, b"new")
        assert {path.name for path in tmp_path.iterdir()} == {name, held.name, foreign.name}
    assert {path.name for path in tmp_path.iterdir()} == {name, foreign.name}


@pytest.mark.parametrize(("age_s", "stays"), [(ABANDONED_S - 1, True), (ABANDONED_S + 1, False)])
def test_without_locks_a_part_is_swept_up_an_hour_later(
    age_s: float, stays: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "fcntl", None)
    left = tmp_path / ".file.left.part"
    left.write_bytes(b"half")
    now = left.stat().st_mtime
    os.utime(left, (0, now - age_s))
    write_whole(tmp_path / "file", b"new")
    assert left.exists() is stays


def test_a_folder_in_the_place_of_the_file_stays(tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    with pytest.raises(OSError, match="."):
        write_whole(tmp_path / "report", b"new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["report"]


def test_a_name_of_the_greatest_length_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_link_stays_a_link_to_the_new_content(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_whole(tmp_path / "link", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert (tmp_path / "link").is_symlink()


def test_what_is_no_file_is_not_replaced_by_one(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(tmp_path / "pipe", b"new")
        assert os.read(reader, 10) == b"new"
    finally:
        os.close(reader)
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize("name", [".", "/"])
def test_a_path_without_a_name_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(IsADirectoryError):
        write_whole(Path(name), b"new")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_could_not_be_made_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    check_folder(tmp_path)
    check_folder(tmp_path / "new" / "newer")
    assert list(tmp_path.iterdir()) == [tmp_path / "file"], "nothing is made"
    for folder in (tmp_path / "file", tmp_path / "file" / "new"):
        with pytest.raises(NotADirectoryError, match="file is a file"):
            check_folder(folder)


def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # who is root may write everywhere
    with pytest.raises(PermissionError, match="Permission denied"):
        check_folder(tmp_path / "new")
