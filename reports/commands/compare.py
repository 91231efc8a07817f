"""Runs beside each other: ``mnist-report compare``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from mnist_core.files.run_kinds import list_newest
from mnist_core.language.errors import InputError
from mnist_core.terminal.console import open_console, print_warning
from mnist_core.terminal.options import AsJson
from reports.commands.runs import RECORDS, MarkdownFile, find_run, write_text
from reports.summary.outcome import Outcome

SETTINGS = "pyproject.toml"  # of the present folder
SIDES = ("--a", "--b")
COMPARE_EXAMPLES = """Examples:

    mnist-report compare

    mnist-report compare runs/20261123-085740 runs/20261124-091502

    mnist-report compare before.json after.json --fail-on time:10%

    mnist-report compare 0001 latest -k 'parse and not slow' --markdown pr.md

    mnist-report compare --a main1.json main2.json --b mine1.json mine2.json

    mnist-report compare run.json --group-by library

    mnist-report compare main.json mine.json other.json --all

    mnist-report compare runs/mine (one run: devices beside each other)"""


def compare(
    runs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="RUN",
            help="Runs' folders, any pytest-benchmark files, or saved ones (0001, latest); the first is the base. "
            "Default: the newest in runs/ beside the one before it.",
        ),
    ] = None,
    first: Annotated[
        list[Path] | None,
        typer.Option("--a", metavar="RUN...", help="In the place of RUN: several runs as one side."),
    ] = None,
    second: Annotated[
        list[Path] | None, typer.Option("--b", metavar="RUN...", help="Those to compare with them.")
    ] = None,
    group_by: Annotated[
        str | None,
        typer.Option(metavar="PARAMETER", help="Of one run: cases that differ in this parameter beside each other."),
    ] = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC:PERCENT%",
            help="Exit with 1 where the whole interval is worse by more than this; can be repeated.",
        ),
    ] = None,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="With --fail-on: cases of the first run may be gone.")
    ] = False,
    expression: Annotated[
        str | None, typer.Option("-k", metavar="EXPRESSION", help="Only cases whose names match, as pytest's -k.")
    ] = None,
    markdown: MarkdownFile = None,
    everything: Annotated[bool, typer.Option("--all", "-v", help="Also the rows of what did not change.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell what changed from one run to others: ratios with intervals, and what differs between machines and versions.

    Metrics: time, relative (to the ordering post in the same round), first_batch, busy, live_bytes, source_bytes,
    accuracy, displacement, label_runs.

    Exit code with --fail-on: 0 fine, 1 worse, 2 not compared, cases gone or bad input, 3 the intervals are too wide,
    4 all cases changed alike.
    """
    from reports.compare.conclusion import conclude
    from reports.compare.json import render_json as render_compared_json
    from reports.compare.pairing import CompareError
    from reports.compare.regrouped import join_runs, split_by_parameter
    from reports.compare.selection import select_cases
    from reports.compare.side_by_side import put_side_by_side
    from reports.compare.tables import tabulate_side_by_side
    from reports.compare.thresholds import list_idle_patterns, load_thresholds
    from reports.drawing.blocks import Heading
    from reports.drawing.markdown import STEP_SUMMARY, render_markdown
    from reports.drawing.text import lay_out
    from reports.summary.files import load_summary

    thresholds = load_thresholds(Path(SETTINGS), tuple(fail_on or ()))
    if not (runs or first or second):
        runs = list(reversed(list_newest(RECORDS)[:2]))
    loaded = [load_summary(find_run(path)) for path in runs or ()]
    if first and second and not runs:
        sides = [[load_summary(find_run(path)) for path in side] for side in (first, second)]
        loaded = [join_runs(side) for side in sides] if max(map(len, sides)) > 1 else [side[0] for side in sides]
    elif first or second or not runs:
        raise InputError("give runs, or both sides of several: mnist-report compare --a A1 A2 --b B1 B2.")
    if group_by is not None and len(loaded) > 1:
        raise InputError("--group-by takes one run: its cases are compared with each other.")
    names = [case.identity.label for run in loaded for case in run.cases]
    if expression is not None:
        loaded = [select_cases(run, expression) for run in loaded]
    if group_by is not None:
        loaded = split_by_parameter(loaded[0], group_by)
    names += [case.identity.label for run in loaded for case in run.cases]
    for pattern in list_idle_patterns(thresholds, names):
        print_warning(f"{SETTINGS}: no case matches '{pattern}'")
    shown = put_side_by_side(loaded)
    conclusion = conclude(shown, thresholds, allows_missing=allow_missing)
    blocks = tabulate_side_by_side(shown, conclusion, everything=everything)
    if markdown is not None:
        heading = Heading(conclusion.lines[0] if conclusion.lines else "compared", conclusion.outcome.emphasis)
        write_text(markdown, render_markdown([heading, *blocks], STEP_SUMMARY))
    if as_json:
        sys.stdout.write(f"{render_compared_json(shown, thresholds, conclusion)}\n")
    else:
        open_console().print(lay_out(blocks))
    if conclusion.outcome is Outcome.NOT_COMPARED:
        raise CompareError(" ".join(conclusion.lines))
    raise typer.Exit(conclusion.outcome.exit_code)


class SidesCommand(TyperCommand):
    """A command whose options --a and --b take all that follows them up to the next option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give each value an option of its own, as click takes several."""
        expanded: list[str] = []
        side = ""
        for each in args:
            if each.startswith("-"):
                side = each if each in SIDES else ""
            elif side:
                if expanded[-1] != side:
                    expanded.append(side)
                expanded.append(each)
                continue
            expanded.append(each)
        return super().parse_args(ctx, expanded)
