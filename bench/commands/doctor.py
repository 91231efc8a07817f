"""The command ``mnist-bench doctor``: what will be empty, wrong or slow here, and how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from mnist_core.language.errors import InputError
from mnist_core.terminal.options import AsJson

if TYPE_CHECKING:
    from bench.doctor.readings import Readings

QUICK_S = 2.0  # who waits longer is told for what

EXAMPLES = """Examples:

    mnist-bench doctor

    mnist-bench doctor --json > doctor.json"""


def doctor(
    as_json: AsJson = False,
    is_offline: Annotated[
        bool, typer.Option("--offline", help="Suppose that there is no internet, and contact nobody.")
    ] = False,
) -> None:
    """Tell what of this installation and machine will be empty, wrong or slow later, and what mends it.

    Looks at packages, Python, GPU, profiler, byte code, limits, CPU frequency and variables; changes nothing.
    TensorFlow is asked in a process of its own, for at most two minutes. A connection to www.gstatic.com is tried,
    since the Profile tab's charts come from there; nothing is sent.

    Exit code: 0 nothing is bad, 1 something is bad, 2 bad input.
    """
    try:
        from bench.doctor.diagnosis import diagnose
    except ModuleNotFoundError as error:
        raise InputError(f"{error}, which this command needs itself: pip install {error.name}") from None
    from bench.doctor.findings import find_exit_code
    from bench.doctor.telling import render_json, tabulate_findings
    from mnist_core.terminal.console import open_console
    from reports.drawing.text import lay_out

    findings = diagnose(read_here(Console(stderr=True), is_offline=is_offline))
    if as_json:
        print(render_json(findings))  # noqa: T201
    else:
        open_console().print(lay_out(tabulate_findings(findings)))
    raise typer.Exit(find_exit_code(findings))


def read_here(console: Console, *, is_offline: bool) -> Readings:
    """The readings of this machine; shows that it waits for TensorFlow where that takes long.

    Args:
        console: Where to show it.
        is_offline: True if nobody is to be contacted.
    """
    from bench.calls.progress import QuietBar
    from bench.doctor.asking import ask_tensorflow, reach_charts
    from bench.doctor.readings import read_all

    with QuietBar(console, "looking around") as bar:
        charts = False if is_offline else reach_charts()

        def tell(waited_s: float) -> None:
            if waited_s >= QUICK_S:
                bar.show("asking TensorFlow")
            if waited_s == QUICK_S and not console.is_terminal:
                bar.notice("asking TensorFlow, which takes some 15 s where it has no byte code")

        return read_all(lambda: ask_tensorflow(tell), charts=charts)
