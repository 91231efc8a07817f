"""A folder is whole or not there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mnist_core.files.whole_file import write_whole
from mnist_core.files.whole_folder import write_whole_folder


def write_folder(folder: Path, files: dict[str, bytes], may_stay: Callable[[Path], bool] | None = None) -> None:
    def write(part: Path) -> None:
        for name, content in files.items():
            write_whole(part / name, content)

    write_whole_folder(folder, write, may_stay=may_stay)


FILES = {"top": b"1", "one/file": b"2", "one/other": b"3"}


def list_files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_folder_and_an_empty_one_are_filled(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("new/folder", "empty"):
        write_folder(tmp_path / name, FILES)
        assert list_files(tmp_path / name) == FILES
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["empty", "new"]


@pytest.mark.parametrize("is_file", [True, False])
def test_what_is_there_stays_and_nothing_is_left_beside(is_file: bool, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    kept = taken if is_file else taken / "mine"
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(b"mine")
    with pytest.raises(OSError, match=r"Not a directory|Directory not empty"):
        write_folder(taken, FILES)
    assert list_files(tmp_path) == {kept.relative_to(tmp_path).as_posix(): b"mine"}


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="(?i)name too long"):
        write_folder(tmp_path / "folder", {"good": b"1", "x" * 300: b"2"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("stays", "left"), [(True, {"mine": b"1"}), (False, FILES)])
def test_what_is_there_is_replaced_unless_it_may_stay(stays: bool, left: dict[str, bytes], tmp_path: Path) -> None:
    write_folder(tmp_path / "folder", {"mine": b"1"})
    write_folder(tmp_path / "folder", FILES, may_stay=lambda found: stays and found == tmp_path / "folder")
    assert list_files(tmp_path / "folder") == left
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]
