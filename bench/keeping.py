"""Where pytest's side of the bench keeps its record: a folder that is held, a file that is whole."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.utils import safe_dumps

from mnist_core.files.locks import hold_folder
from mnist_core.files.run_kinds import RECORD
from mnist_core.files.whole_file import write_whole
from mnist_core.language.errors import InputError

EXIT_BAD_INPUT = 2


def hold_run(config: pytest.Config, file: Path) -> None:
    """Make the folder of a record, and keep other processes out of a run's own until pytest ends.

    Raises:
        pytest.UsageError: Another process writes to it, or it cannot be made.
    """
    held = ExitStack()
    try:
        if file.name == RECORD:
            held.enter_context(hold_folder(file.parent))
        file.parent.mkdir(parents=True, exist_ok=True)  # that of a file by another name may be anybody's
    except InputError as error:
        raise pytest.UsageError(str(error)) from None
    except OSError as error:
        raise pytest.UsageError(f"--benchmark-json {file} cannot be written: {error.strerror}.") from None
    config.add_cleanup(held.close)


def save_whole(file: Path, content: dict[str, Any]) -> None:
    """Write pytest-benchmark's JSON whole or not at all: it would write in place."""
    try:
        write_whole(file, safe_dumps(content, ensure_ascii=True, indent=4).encode())
    except OSError as error:
        pytest.exit(f"{file} cannot be written: {error.strerror}", EXIT_BAD_INPUT)
