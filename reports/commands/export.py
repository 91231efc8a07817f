"""A run for other programs: ``mnist-report export``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mnist_core.terminal.console import print_warning
from mnist_core.terminal.options import name_out
from reports.commands.runs import OptionalRun, find_run
from reports.formats.names import FORMATS

EXPORT_EXAMPLES = """Examples:

    mnist-report export --to markdown >> $GITHUB_STEP_SUMMARY

    mnist-report export runs/20261123-085740 --to csv --turns -o turns.csv

    mnist-report export --to hparams -o logs && tensorboard --logdir logs"""


def export(
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help=", ".join(FORMATS) + ".")],
    run: OptionalRun = None,
    out: Annotated[Path | None, name_out("FILE", "For hparams a new folder.  [default: standard output]")] = None,
    turns: Annotated[
        bool, typer.Option("--turns", help="For csv: a row for each turn or round, not for each case.")
    ] = False,
) -> None:
    """Write a run for another program: a pull request, a spreadsheet, a script, a dashboard, TensorBoard."""
    from reports.formats.export import check_request, render_export, write_export
    from reports.summary.files import load_run
    from reports.summary.summary import Summary

    check_request(to, out, turns=turns)
    loaded = load_run(find_run(run))
    if isinstance(loaded, Summary):
        for benchmark in loaded.damaged:
            print_warning(f"{benchmark} is damaged and left out")
    if out is None:
        sys.stdout.buffer.write(render_export(loaded, to, turns=turns).encode())
    else:
        write_export(loaded, to, out, turns=turns)
