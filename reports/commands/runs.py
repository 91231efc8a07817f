"""Which run a command is about."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from reports.record.errors import RecordError

RUNS, SAVED = Path("runs"), Path(".benchmarks")
LATEST, NUMBER = "latest", re.compile(r"\d{4,}")  # as pytest-benchmark numbers what it saves

OptionalRun = Annotated[
    Path | None,
    typer.Argument(
        metavar="[RUN]",
        help="A run's folder, any pytest-benchmark file, or a saved one (0001, latest). Default: the newest in runs/.",
    ),
]

MarkdownFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Also write it for a pull request or a step summary.")
]


def find_run(name: Path | None) -> Path:
    """What the name of a run stands for: a file or folder, or one that pytest-benchmark has saved, such as 0001.

    Args:
        name: A path; or ``latest``, the newest in `SAVED` and `RUNS`; or the number of one in `SAVED`; or None, the
            newest in `RUNS`.

    Raises:
        RecordError: There is none, or several machines have saved one of this number.
    """
    if name is None:
        return find_newest_run()
    is_latest = str(name) == LATEST
    if name.exists() or not (is_latest or NUMBER.fullmatch(str(name))):
        return name
    if is_latest:
        found = sorted([*SAVED.glob("*/*.json"), *RUNS.glob("*/record.json")], key=lambda file: file.stat().st_mtime)
        found = found[-1:]
    else:
        found = sorted(SAVED.glob(f"*/{name}_*.json"))
    if not found:
        raise RecordError(f"there is no run {name} in {SAVED}/{f' or {RUNS}/' if is_latest else ''}: name a file.")
    if len(found) > 1:
        raise RecordError(f"{SAVED}/ has several runs {name}: name one of {', '.join(map(str, found))}.")
    return found[0]


def find_newest_run() -> Path:
    """The record of the newest run.

    Raises:
        RecordError: There is none.
    """
    runs = sorted(RUNS.glob("*/record.json"))
    if not runs:
        raise RecordError(f"{RUNS}/ holds no record: name one, or make one with pytest bench/ --benchmark-only.")
    return runs[-1]


def write_text(file: Path, text: str) -> None:
    """Write a text beside a file and put it in its place.

    Raises:
        RecordError: It cannot be written.
    """
    from mnist_core.files.whole_file import write_whole

    try:
        write_whole(file, text.encode())
    except OSError as error:
        raise RecordError(f"{file} cannot be written: {error.strerror}.") from None
