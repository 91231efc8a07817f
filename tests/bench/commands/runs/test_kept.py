"""Where a run is kept: refused before anything is measured, and held while it is written."""

from pathlib import Path

import pytest

from bench.commands.runs.kept import hold_file
from mnist_core.language.errors import InputError


def test_a_second_run_into_a_folder_is_refused_and_one_after_the_other_is_not(tmp_path: Path) -> None:
    with hold_file(tmp_path / "one") as file:
        file.write_text("{}")
        with pytest.raises(InputError, match=r"another process is writing to .*/one: wait until it is done, or choose"):
            hold_file(tmp_path / "one").__enter__()
    with hold_file(tmp_path / "one") as file:
        assert file == tmp_path / "one/record.json"


def test_a_folder_in_which_nothing_was_kept_goes(tmp_path: Path) -> None:
    with hold_file(tmp_path / "a/one"):
        pass
    assert not (tmp_path / "a/one").exists()


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("mine")
    with pytest.raises(InputError, match=r"--out .*/one cannot be written: .* is a file"):
        hold_file(tmp_path / "one").__enter__()
