"""Where a run is kept: its folder by the time, refused before anything is measured that would be lost."""

from __future__ import annotations

import datetime
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.machine.environment import describe_machine
from mnist_core.files.locks import hold_folder
from mnist_core.files.run_kinds import RECORD
from mnist_core.files.whole_file import check_folder
from mnist_core.language.errors import InputError
from reports.record.record import CaseRecord, Record

FOLDER = Path("runs")


def name_folder() -> Path:
    """The folder of a run, by the time."""
    now = datetime.datetime.now(tz=datetime.timezone.utc).astimezone()
    return FOLDER / f"{now:%Y%m%d-%H%M%S}"


@contextmanager
def hold_file(out: Path | None) -> Iterator[Path]:
    """The file as `choose_file` gives it, to whose folder no other process writes meanwhile; InputError if one does."""
    file = choose_file(out)
    with ExitStack() as stack:
        try:
            stack.enter_context(hold_folder(file.parent))
        except OSError as error:
            raise refuse(file, error) from None
        yield file


def choose_file(out: Path | None) -> Path:
    """The file of a run's record, in a folder that can be written.

    Args:
        out: The folder that a person named; None names one by the time.

    Raises:
        InputError: It cannot be written.
    """
    file = (out or name_folder()) / RECORD
    try:
        check_folder(file.parent)
    except OSError as error:
        raise refuse(file, error) from None
    return file


def refuse(file: Path, error: OSError) -> InputError:
    """What is told where a file of a run's folder cannot be written."""
    return InputError(f"--out {file.parent} cannot be written: {error.strerror}.")


def build_record(cases: Sequence[CaseRecord]) -> Record:
    """The record of what was measured just now, with the command that a person typed for it."""
    now = datetime.datetime.now(tz=datetime.timezone.utc).isoformat(timespec="seconds")
    return Record(tuple(cases), describe_machine(), now, command=shlex.join(("mnist-bench", *sys.argv[1:])))
