"""A report's file is whole or not there."""

from pathlib import Path

import pytest

from reports.whole_file import write_whole


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


def test_a_folder_in_the_place_of_the_file_stays(tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    with pytest.raises(OSError, match="."):
        write_whole(tmp_path / "report", b"new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["report"]


def test_a_name_of_the_greatest_length_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
