"""Locks: one holder at a time, whoever it is, and nothing left behind."""

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from mnist_core.files import locks
from mnist_core.files.locks import hold_folder, lock
from mnist_core.files.parts import hold_scratch
from mnist_core.language.errors import InputError


def test_a_folder_is_held_by_one_and_free_again(tmp_path: Path) -> None:
    folder = tmp_path / "a/run"
    with hold_folder(folder):
        (folder / "file").write_text("kept")
        with pytest.raises(InputError, match=r"another process is writing to .*/a/run: wait until it is done, or"):
            hold_folder(folder).__enter__()
    with hold_folder(folder):
        assert [file.name for file in folder.iterdir()] == ["file"]


def test_a_folder_that_was_made_and_stays_empty_goes_and_one_that_was_there_stays(tmp_path: Path) -> None:
    with hold_folder(tmp_path / "made"):
        pass
    (tmp_path / "there").mkdir()
    with hold_folder(tmp_path / "there"):
        pass
    assert [folder.name for folder in tmp_path.iterdir()] == ["there"]


def test_what_became_another_file_meanwhile_is_not_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    flock = locks.fcntl.flock

    def replace_first(descriptor: int, operation: int) -> None:
        (tmp_path / "new").write_text("new")
        (tmp_path / "new").replace(file)
        flock(descriptor, operation)

    monkeypatch.setattr(locks.fcntl, "flock", replace_first)
    with pytest.raises(FileNotFoundError):
        lock(file)


def test_a_file_system_without_locks_refuses_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int, _operation: int) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(locks.fcntl, "flock", refuse)
    with hold_folder(tmp_path), hold_folder(tmp_path):
        assert lock(tmp_path) is None


def hold_for_ever(folder: Path, told: "multiprocessing.connection.Connection") -> None:
    with hold_scratch("mine-", folder) as scratch:
        (scratch / "file").write_text("half")
        told.send(scratch.name)
        signal.pause()


@pytest.mark.process
def test_scratch_of_a_killed_process_is_removed_by_the_next_and_that_of_a_living_one_is_not(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    processes, names = [], []
    for _ in range(2):
        ours, theirs = context.Pipe()
        processes.append(context.Process(target=hold_for_ever, args=(tmp_path, theirs)))
        processes[-1].start()
        names.append(ours.recv())
    (tmp_path / "others").mkdir()
    os.kill(processes[0].pid or 0, signal.SIGKILL)
    processes[0].join()
    with hold_scratch("mine-", tmp_path) as own:
        assert {folder.name for folder in tmp_path.iterdir()} == {own.name, names[1], "others"}
    processes[1].kill()
    processes[1].join()
