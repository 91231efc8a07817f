"""Files from anybody are read up to a size, and archives hold nothing outside of themselves."""

import zipfile
from pathlib import Path

import pytest

from mnist_core.files.bounded import MEBIBYTE, find_outside, read_bounded


def test_the_limit_from_both_sides(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * MEBIBYTE)
    assert read_bounded(file, MEBIBYTE) == b"x" * MEBIBYTE
    with file.open("ab") as more:
        more.write(b"y")
    with pytest.raises(OSError, match="it is larger than 1 MiB"):
        read_bounded(file, MEBIBYTE)


def test_what_never_ends_is_read_up_to_the_limit() -> None:
    with pytest.raises(OSError, match="it is larger than 2 MiB"):
        read_bounded(Path("/dev/zero"), 2 * MEBIBYTE)


@pytest.mark.parametrize(
    ("name", "is_outside"),
    [("a/b.npy", False), ("..b/c..", False), ("./a", False), ("../a", True), ("a/../../b", True), ("/etc/passwd", True),
     ("..\\a", True), ("C:\\a", True), ("C:a", True)],
)  # fmt: skip
def test_members_outside_of_an_archive_are_found(name: str, is_outside: bool) -> None:
    assert find_outside([zipfile.ZipInfo("fine"), zipfile.ZipInfo(name)]) == (name if is_outside else None)
