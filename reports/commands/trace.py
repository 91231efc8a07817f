"""What profiler traces say, in text and in TensorBoard: ``mnist-report trace`` and ``tensorboard``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mnist_core.terminal.console import open_console
from reports.commands.runs import find_newest_run
from reports.xplane.tensorboard import HOST, PORT, become_tensorboard, check_logs

TRACE_EXAMPLES = """Examples:

    mnist-report trace runs/20261123-085740 --session post

    mnist-report trace logs/ --top 20

    mnist-report trace before.xplane.pb after.xplane.pb

    mnist-report trace logs/plugins/profile/2026_11_23_08_57_40 --json"""


def trace(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="PATH", help="An .xplane.pb file, a session's folder, a TensorBoard log folder or a run's folder."
        ),
    ],
    other: Annotated[
        Path | None,
        typer.Argument(metavar="[OTHER]", help="A second one: what gained or lost time from PATH to OTHER."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="All numbers, for a script.")] = False,
    session: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which session, where the folder holds several.")
    ] = None,
    top: Annotated[int, typer.Option(metavar="N", min=0, help="How many operations to show.")] = 10,
) -> None:
    """Tell from a profiler trace whether input holds up the steps, and which stage of tf.data does it.

    Reads what TensorFlow's profiler wrote, of this program or any other, without TensorFlow, browser and internet.
    """
    from reports.drawing.text import lay_out
    from reports.traces.comparison_tables import tabulate_comparison
    from reports.traces.json import render_comparison_json, render_json
    from reports.traces.reading import load_trace
    from reports.traces.tables import tabulate_trace

    first = load_trace(path, session)
    if other is None:
        show = render_json(first) if as_json else tabulate_trace(first, top)
    else:
        second = load_trace(other, session)
        show = render_comparison_json(first, second) if as_json else tabulate_comparison(first, second, top)
    if isinstance(show, str):
        sys.stdout.write(f"{show}\n")
    else:
        open_console().print(lay_out(show))


TENSORBOARD_EXAMPLES = (
    "Examples:\n\n    mnist-report tensorboard runs/20261123-085740\n\n"
    "    mnist-report tensorboard runs/mlp --port 6007"
)


def tensorboard(
    run: Annotated[
        Path | None, typer.Argument(metavar="[RUN]", help="A run's folder. Default: the newest in runs/.")
    ] = None,
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="0: any that is free.")] = PORT,
) -> None:
    """Open a run's traces and logs in TensorBoard, on this machine alone; Ctrl-C ends it.

    The charts of its Profile tab come from the internet; `mnist-report trace` says the same and needs none.
    """
    folder = run or find_newest_run().parent
    check_logs(folder)
    open_console().print(f"starting TensorBoard on {HOST}; the traces are in its Profile tab", highlight=False)
    become_tensorboard(folder, port)
