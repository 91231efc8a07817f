"""Which run a command is about."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reports.record.errors import RecordError

RUNS = Path("runs")

OptionalRun = Annotated[
    Path | None,
    typer.Argument(metavar="[RUN]", help="A run's folder or its JSON file. Default: the newest in runs/."),
]


def find_newest_run() -> Path:
    """The record of the newest run.

    Raises:
        RecordError: There is none.
    """
    runs = sorted(RUNS.glob("*/record.json"))
    if not runs:
        raise RecordError(f"{RUNS}/ holds no record: name one, or make one with pytest bench/ --benchmark-only.")
    return runs[-1]
