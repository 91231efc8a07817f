"""The command ``mnist-bench``: what can be measured, and how. The only module of the package that prints."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer
from rich import box
from rich.table import Table

from bench.harness.cases import build_ordering_cases
from bench.harness.environment import describe_machine
from reports.terminal import open_console

EXIT_INTERRUPTED = 130

app = typer.Typer(
    help="What the bench measures. The measuring itself is `pytest bench/ --benchmark-only`.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _describe() -> None:
    """What the bench measures. The measuring itself is `pytest bench/ --benchmark-only`."""


@app.command()
def cases() -> None:
    """List the cases by the id that `pytest -k` selects them with."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("id", no_wrap=True)
    table.add_column("ordering")
    for case in build_ordering_cases():
        table.add_row(case.id, str(case.spec.ordering))
    console = open_console()
    console.print(table)
    machine = describe_machine()
    console.print(f"this machine: {machine.cpu}, {machine.num_cores} cores, {machine.system}")


def main() -> NoReturn:
    """Run the command."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    sys.exit(0)
