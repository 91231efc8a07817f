"""A run for other programs: ``mnist-report export``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from reports.commands.runs import OptionalRun, find_run
from reports.formats.names import FORMATS

EXPORT_EXAMPLES = """Examples:

    mnist-report export --to markdown >> $GITHUB_STEP_SUMMARY

    mnist-report export runs/20261123-085740 --to csv --turns -o turns.csv

    mnist-report export --to hparams -o logs && tensorboard --logdir logs"""


def export(
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help=", ".join(FORMATS) + ".")],
    run: OptionalRun = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Default: standard output. For hparams a new folder."),
    ] = None,
    turns: Annotated[
        bool, typer.Option("--turns", help="For csv: a row for each turn or round, not for each case.")
    ] = False,
) -> None:
    """Write a run for another program: a pull request, a spreadsheet, a script, a dashboard, TensorBoard."""
    from reports.formats.export import check_request, render_export, write_export
    from reports.summary.files import load_run

    check_request(to, output, turns=turns)
    loaded = load_run(find_run(run))
    if output is None:
        sys.stdout.buffer.write(render_export(loaded, to, turns=turns).encode())
    else:
        write_export(loaded, to, output, turns=turns)
