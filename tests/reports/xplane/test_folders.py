"""Every file below a folder, whatever links and folders lie there."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from reports.xplane.folders import walk_files

LIMIT = 1000  # files; what comes back for ever comes more often


def add(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def walk(folder: Path) -> list[str]:
    found = []
    for path in walk_files(folder):
        found.append(path.relative_to(folder).as_posix())
        assert len(found) < LIMIT
    return found


def test_files_of_any_depth_come_in_order(tmp_path: Path) -> None:
    deep = "/".join(str(number) for number in range(40))
    for name in ("b", "a/b", f"c/{deep}/x"):
        add(tmp_path / name)
    assert walk(tmp_path) == ["b", "a/b", f"c/{deep}/x"]


def test_linked_folders_and_files_are_followed_under_the_links_names(tmp_path: Path) -> None:
    add(tmp_path / "store" / "x")
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "folder").symlink_to("../store")
    (logs / "file").symlink_to("../store/x")
    assert walk(logs) == ["file", "folder/x"]
    (tmp_path / "link").symlink_to("logs")
    assert walk(tmp_path / "link") == ["file", "folder/x"]


def test_circles_of_links_end_and_do_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    add(tmp_path / "outside" / "y")
    logs = tmp_path / "logs"
    add(logs / "a" / "x")
    add(logs / "b" / "x")
    (logs / "a" / "to_b").symlink_to("../b")
    (logs / "b" / "to_a").symlink_to("../a")
    (logs / "itself").symlink_to(".")
    (logs / "above").symlink_to("..")
    (logs / "root").symlink_to("/")
    assert walk(logs) == ["a/x", "b/x"]


def test_folders_that_all_link_to_each_other_are_read_once_each(tmp_path: Path) -> None:
    names = [f"n{number:02}" for number in range(12)]  # 12! paths lead through them
    for name in names:
        add(tmp_path / name / "x")
        for other in names:
            (tmp_path / name / f"to_{other}").symlink_to(f"../{other}")
    assert walk(tmp_path) == [f"{name}/x" for name in names]


def test_a_folder_goes_by_its_own_name_and_else_by_its_first_link(tmp_path: Path) -> None:
    add(tmp_path / "outside" / "y")
    logs = tmp_path / "logs"
    add(logs / "late" / "x")
    (logs / "early").symlink_to("late")
    (logs / "second").symlink_to("../outside")
    (logs / "late" / "first").symlink_to("../../outside")
    assert walk(logs) == ["late/x", "late/first/y"]


def test_what_cannot_be_read_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "shut", "z"):
        add(tmp_path / name / "x")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "nowhere").symlink_to("gone")
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr(os, "scandir", refuse("shut", os.scandir))
    assert walk(tmp_path) == ["a/x", "z/x"]
    assert walk(tmp_path / "gone") == []


def refuse(name: str, scan: Callable[[Path], object]) -> Callable[[Path], object]:
    """What lists every folder but one, as for a user without the right to; root may list all."""

    def scan_or_refuse(folder: Path) -> object:
        if Path(folder).name == name:
            raise PermissionError(13, "Permission denied")
        return scan(folder)

    return scan_or_refuse
