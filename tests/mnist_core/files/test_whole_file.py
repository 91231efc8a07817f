"""A file that is whole or not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mnist_core.files.whole_file import write_whole_file


def test_whole_file_replaces_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    write_whole_file(path, lambda file: file.write(b"old"))
    write_whole_file(path, lambda file: file.write(b"new"))
    assert path.read_bytes() == b"new"
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


def test_reader_sees_the_old_file_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    seen: list[bytes] = []
    write_whole_file(path, lambda file: (file.write(b"new"), file.flush(), seen.append(path.read_bytes())))
    assert seen == [b"old"]


def test_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(file: Any) -> None:
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole_file(path, fail)
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("file", b"old")]
