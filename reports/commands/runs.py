"""Which run a command is about."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from mnist_core.files.run_kinds import list_newest
from reports.record.errors import RecordError

RUNS, SAVED = Path("runs"), Path(".benchmarks")
RECORDS, TRACES, LOGS = "runs/*/record.json", "runs/*/**/*.xplane.pb*", "runs/*/logs/**/*tfevents*"
LATEST, NUMBER = "latest", re.compile(r"\d{4,}")  # as pytest-benchmark numbers what it saves

OptionalRun = Annotated[
    Path | None,
    typer.Argument(
        metavar="RUN",
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
    latest = list_newest(f"{SAVED}/*/*.json", RECORDS)[:1]
    found = latest if is_latest else sorted(SAVED.glob(f"*/{name}_*.json"))
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
    return find_newest_of(RECORDS, what="record", maker="pytest bench/ --benchmark-only")


def find_newest_of(*patterns: str, what: str, maker: str) -> Path:
    """The newest file of those that a command leaves below the present folder.

    Args:
        patterns: Patterns of its path.
        what: What such a file is called.
        maker: Command that leaves them.

    Raises:
        RecordError: There is none.
    """
    found = list_newest(*patterns)
    if not found:
        raise RecordError(f"{RUNS}/ holds no {what}: name one, or make one with {maker}.")
    return found[0]


def find_newest_traced() -> Path:
    """The folder of the newest run with traces.

    Raises:
        RecordError: There is none.
    """
    return _find_folder(TRACES, what="trace", maker="mnist-core train --profile 100:120")


def find_newest_logs() -> Path:
    """The folder of the newest run that TensorBoard can show: a training, or one with traces.

    Raises:
        RecordError: There is none.
    """
    return _find_folder(TRACES, LOGS, what="trace and no log", maker="mnist-core train")


def _find_folder(*patterns: str, what: str, maker: str) -> Path:
    return RUNS / find_newest_of(*patterns, what=what, maker=maker).relative_to(RUNS).parts[0]


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
