"""The command ``mnist-report``: what a record means. Only it and its commands print."""

from __future__ import annotations

import sys
import traceback
from typing import NoReturn

import typer
from rich.console import Console

from mnist_core.language.errors import InputError
from reports.commands import claims, compare, export, gate, page, trace
from reports.commands.runs import OptionalRun, find_newest_run
from reports.drawing.terminal import open_console
from reports.drawing.text import lay_out
from reports.record.file import load_record
from reports.tables.orderings import tabulate_record

EXIT_BAD_INPUT = 2

app = typer.Typer(
    help="Tables and verdicts from the records and traces of a run. Needs no TensorFlow.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _describe() -> None:
    """Tables and verdicts from the records and traces of a run. Needs no TensorFlow."""


@app.command(epilog="Examples:\n\n    mnist-report show\n\n    mnist-report show runs/20261123-085740")
def show(run: OptionalRun = None) -> None:
    """Print the table of a run again."""
    record = load_record(run or find_newest_run())
    open_console().print(lay_out(tabulate_record(record)))


app.command(epilog=claims.CLAIMS_EXAMPLES)(claims.claims)
app.command(epilog=trace.TRACE_EXAMPLES)(trace.trace)
app.command(epilog=trace.TENSORBOARD_EXAMPLES)(trace.tensorboard)
app.command(epilog=compare.COMPARE_EXAMPLES)(compare.compare)
app.command(epilog=page.PAGE_EXAMPLES)(page.page)
app.command(epilog=page.PICTURE_EXAMPLES)(page.picture)
app.command(epilog=export.EXPORT_EXAMPLES)(export.export)
app.command(epilog=gate.GATE_EXAMPLES)(gate.gate)
app.command(epilog=gate.TRIALS_EXAMPLES)(gate.trials)


def main() -> NoReturn:
    """Run the command; bad input is one line on standard error and exit code 2."""
    try:
        app()
    except InputError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"error: {error}", style="red", markup=False)
        sys.exit(EXIT_BAD_INPUT)
    except Exception:  # noqa: BLE001  # Python would end with 1, which says of a gate that something regressed
        traceback.print_exc()
        sys.exit(EXIT_BAD_INPUT)
    sys.exit(0)
