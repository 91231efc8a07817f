"""The command ``mnist-report``: what a record means. Only it and its commands print."""

from __future__ import annotations

import sys
from typing import NoReturn

from mnist_core.terminal.console import open_console
from mnist_core.terminal.options import AsJson
from mnist_core.terminal.shell import build_app, run_app
from reports.commands import claims, compare, export, gate, page, trace
from reports.commands.runs import OptionalRun, find_run

app = build_app(
    "Tables and verdicts from the records and traces of a run. Needs no TensorFlow.",
    "mnist-report show && mnist-report page",
)


SHOW_EXAMPLES = (
    "Examples:\n\n    mnist-report show\n\n    mnist-report show runs/20261123-085740\n\n    mnist-report show latest"
)


@app.command(epilog=SHOW_EXAMPLES)
def show(run: OptionalRun = None, as_json: AsJson = False) -> None:
    """Print the answer of a run again, and then all of its tables."""
    from reports.answer.closing import locate
    from reports.answer.screen import show_run
    from reports.drawing.text import lay_out
    from reports.formats.flat_json import render_flat_json
    from reports.summary.files import load_summary
    from reports.sweep.file import find_sweep

    found = find_run(run)
    summary = load_summary(found)
    if as_json:
        sys.stdout.write(render_flat_json(summary))
    else:
        open_console().print(lay_out(show_run(summary, locate(found), find_sweep(found))))


app.command(epilog=page.PAGE_EXAMPLES)(page.page)
app.command(epilog=page.PICTURE_EXAMPLES)(page.picture)
app.command(epilog=claims.CLAIMS_EXAMPLES)(claims.claims)
app.command(cls=compare.SidesCommand, epilog=compare.COMPARE_EXAMPLES)(compare.compare)
app.command(epilog=export.EXPORT_EXAMPLES)(export.export)
app.command(epilog=trace.TRACE_EXAMPLES)(trace.trace)
app.command(epilog=trace.TENSORBOARD_EXAMPLES)(trace.tensorboard)
app.command(epilog=gate.GATE_EXAMPLES)(gate.gate)
app.command(epilog=gate.TRIALS_EXAMPLES)(gate.trials)


def main() -> NoReturn:
    """Run the command; bad input is one line on standard error and exit code 2."""
    run_app(app)
