"""What profiler traces say, in text and in TensorBoard: ``mnist-report trace`` and ``tensorboard``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnist_core.files.xspace import TraceError
from mnist_core.terminal.console import open_console
from mnist_core.terminal.options import AsJson
from reports.commands.runs import find_newest_logs, find_newest_traced
from reports.xplane.tensorboard import HOST, PORT, build_command, check_logs, run_tensorboard

if TYPE_CHECKING:  # what a command needs is imported when it runs: --help needs none of it
    from reports.drawing.blocks import Block
    from reports.traces.hosts import HostTrace
    from reports.traces.trace import Trace
    from reports.xplane.sessions import Session

LONG_BYTES = 8 * 2**20  # of which reading takes about two seconds or more

TRACE_EXAMPLES = """Examples:

    mnist-report trace

    mnist-report trace runs/20261123-085740 --session post

    mnist-report trace logs/ --top 20

    mnist-report trace before.xplane.pb after.xplane.pb

    mnist-report trace logs/ --csv > steps.csv"""


def trace(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="PATH",
            help="An .xplane.pb or .xplane.pb.gz file, a session's folder, a TensorBoard log folder or a run's folder. "
            "Default: the newest run in runs/ that has traces.",
        ),
    ] = None,
    other: Annotated[
        Path | None,
        typer.Argument(metavar="OTHER", help="A second one: what gained or lost time from PATH to OTHER."),
    ] = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="The steps, a row each, for a spreadsheet.")] = False,
    session: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which session or host, where the folder holds several.")
    ] = None,
    top: Annotated[int, typer.Option(metavar="N", min=0, help="How many operations to show.")] = 10,
) -> None:
    """Tell from a profiler trace whether input holds up the steps, and which stage of tf.data does it.

    Reads what TensorFlow's or JAX's profiler wrote, of this program or any other, without TensorFlow, browser and
    internet. A capture of several hosts gives a row a host.
    """
    from reports.traces.comparison_tables import tabulate_comparison
    from reports.traces.csv import render_steps_csv
    from reports.traces.hosts import render_hosts_json, tabulate_hosts
    from reports.traces.json import render_comparison_json, render_json
    from reports.traces.tables import tabulate_trace
    from reports.xplane.sessions import find_session, find_sessions

    if as_csv and (as_json or other is not None):
        raise TraceError("--csv tells the steps of one trace: leave out --json and OTHER.")
    if other is not None:
        first, second = (_load(find_session(each, session)) for each in (path, other) if each)
        _show(
            render_comparison_json(first, second) if as_json else None,
            lambda: tabulate_comparison(first, second, top),
        )
        return
    found = find_sessions(path or find_newest_traced(), session)
    if len(found.hosts) == 1:
        only = _load(found)
        text = render_steps_csv([(found.hosts[0].name, only)]) if as_csv else render_json(only) if as_json else None
        if as_csv and not only.steps:
            typer.echo(f"no steps: {only.remarks[0] if only.remarks else only.unclear}", err=True)
        _show(text, lambda: tabulate_trace(only, top))
        return
    hosts = _load_hosts(found)
    if as_csv:
        for host in hosts:
            if host.failure:
                typer.echo(f"{host.name} cannot be read: {host.failure}", err=True)
        _show(render_steps_csv([(host.name, host.trace) for host in hosts if host.trace]), list)
    else:
        text = render_hosts_json(found.name, hosts) if as_json else None
        _show(text, lambda: tabulate_hosts(found.name, hosts))


def _show(text: str | None, tabulate: Callable[[], list[Block]]) -> None:
    """Print a text for a script as it is, or else the tables for a person."""
    from reports.drawing.text import lay_out

    if text is not None:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    else:
        open_console().print(lay_out(tabulate()))


def _load(session: Session) -> Trace:
    """The trace of a session of one host; reading a long one is shown as it goes on."""
    from reports.traces.reading import load_session

    if session.path.stat().st_size < LONG_BYTES or not sys.stderr.isatty():
        return load_session(session)
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"reading {session.path.name}", total=1.0)
        return load_session(session, lambda share: progress.update(task, completed=share))


def _load_hosts(session: Session) -> list[HostTrace]:
    """The traces of all hosts; one that cannot be read costs that host and no other."""
    hosts = [_load_host(host.name, alone) for host, alone in zip(session.hosts, session.split(), strict=True)]
    if not any(host.trace for host in hosts):
        raise TraceError(f"no host of session {session.name} can be read: {hosts[0].failure}")
    return hosts


def _load_host(name: str, session: Session) -> HostTrace:
    from reports.traces.hosts import HostTrace

    try:
        return HostTrace(name, _load(session))
    except TraceError as error:
        return HostTrace(name, None, str(error))


TENSORBOARD_EXAMPLES = (
    "Examples:\n\n    mnist-report tensorboard runs/20261123-085740\n\n"
    "    mnist-report tensorboard runs/mlp --port 6007"
)


def tensorboard(
    run: Annotated[
        Path | None, typer.Argument(metavar="RUN", help="A run's folder. Default: the newest in runs/.")
    ] = None,
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="0: any that is free.")] = PORT,
) -> None:
    """Open a run's traces and logs in TensorBoard, on this machine alone; Ctrl-C ends it.

    The charts of its Profile tab come from the internet; `mnist-report trace` needs none.
    """
    folder = run or find_newest_logs()
    check_logs(folder)
    open_console().print(f"starting TensorBoard on {HOST}; the traces are in its Profile tab", highlight=False)
    raise typer.Exit(run_tensorboard(build_command(folder, port), lambda line: typer.echo(line, err=True)))
