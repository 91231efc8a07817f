"""Runs as pictures: ``mnist-report page`` and ``picture``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mnist_core.terminal.console import open_console, print_warning
from mnist_core.terminal.options import name_out
from reports.commands.runs import OptionalRun, find_newest_run, find_run
from reports.drawing.numbers import count_things, render_kilobytes, render_megabytes
from reports.page.files import PAGES, PICTURES, check_path, write_file

PAGE_EXAMPLES = """Examples:

    mnist-report page -o report.html

    mnist-report page runs/20261123-085740 runs/20261124-101500 -o both.html

    mnist-report page runs/mlp -o trace.html"""


def page(
    runs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="RUN",
            help="Runs' folders with a record, traces or both; pytest-benchmark files. Default: the newest in runs/.",
        ),
    ] = None,
    out: Annotated[Path, name_out("FILE", "The page to write.  [default: report.html]")] = Path("report.html"),
) -> None:
    """Draw runs as one HTML page that needs no internet: pictures, tables, verdicts, traces.

    Throughput with intervals, time against memory, first batches, memory over time, claims, traces, the machine.
    """
    from reports.page.compose import render_page  # what draws is slow to import for a mere table
    from reports.page.runs import load_runs

    check_path(out, PAGES)
    loaded = load_runs([find_run(run) for run in runs] if runs else [find_newest_run().parent])
    content = render_page(loaded).encode()
    write_file(out, content)
    for line in (line for run in loaded for line in run.unreadable):
        print_warning(line)
    traces = sum(len(run.traces) for run in loaded)
    said = f"{render_megabytes(len(content))}, {count_things(len(loaded), 'run')}, {count_things(traces, 'trace')}"
    _say(f"{out}: {said}; open it in a browser")


PICTURE_EXAMPLES = """Examples:

    mnist-report picture -o throughput.svg

    mnist-report picture --chart frontier --dark -o frontier.png"""


def picture(
    run: OptionalRun = None,
    out: Annotated[Path | None, name_out("FILE", "An .svg or a .png file.  [default: the chart's name, .svg]")] = None,
    chart: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="throughput, frontier, first-batch, memory, feeding, inference, claims, pipelines, benchmarks, turns."
            " Default: the first of these that the run has.",
            show_default=False,
        ),
    ] = None,
    dark: Annotated[bool, typer.Option("--dark", help="Light on dark.")] = False,
) -> None:
    """Draw one picture of a page as a file, for a README or a talk."""
    from reports.page.charts.themes import DARK, LIGHT
    from reports.page.picture import find_charts, render_picture  # as for a page
    from reports.page.runs import name_run
    from reports.summary.files import load_summary

    if out is not None:
        check_path(out, PICTURES)
    found = find_run(run)
    summary = load_summary(found)
    chosen = chart or find_charts(summary)[0]
    path = out or Path(f"{chosen}.svg")
    check_path(path, PICTURES)
    content = render_picture(summary, chosen, path.suffix.lower(), DARK if dark else LIGHT, name_run(found))
    write_file(path, content)
    _say(f"{path}: {render_kilobytes(len(content))} kB")


def _say(line: str) -> None:
    open_console().print(line, soft_wrap=True, markup=False)
