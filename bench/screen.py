"""What a person sees of ``pytest bench/``: little while it measures, and the answer last."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Any

import pytest

from bench.cases.groups import GROUPS
from bench.cases.selection import OWN
from mnist_core.terminal.console import open_console
from reports.answer.closing import locate
from reports.answer.screen import answer_run
from reports.claims.file import ALL, load_claims, select_claims
from reports.claims.tables import tabulate_verdicts_briefly
from reports.claims.verdict import judge_claims
from reports.drawing.blocks import Gap
from reports.drawing.text import lay_out
from reports.record.case import Case
from reports.record.errors import RecordError
from reports.record.file import load_record
from reports.summary.summary import summarize
from reports.tables.all_tables import tabulate_run

QUIET = -1  # pytest's verbosity without its header and the names of files
ASKS_FOR_TABLES = tuple(
    f"--benchmark-{name}"
    for name in (
        *("columns", "sort", "group-by", "name", "time-unit", "histogram", "csv", "verbose"),
        *("compare", "save", "autosave", "cprofile"),
    )
)
"""Flags of pytest-benchmark by which somebody wants to see what it says."""


def quieten(config: pytest.Config) -> bool:
    """True if one line tells how far it has come; leaves out what pytest and pytest-benchmark say of every case.

    With -v both say all; pytest-benchmark also does where one of its own flags asks for that.
    """
    options = config.option
    if options.verbose > 0 or options.collectonly:
        return False
    options.verbose = min(options.verbose, QUIET)
    given = [*map(str, config.invocation_params.args), *shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))]
    if not any(each.startswith(ASKS_FOR_TABLES) for each in given):
        options.benchmark_quiet = True
    return True


def tell_status(report: pytest.TestReport) -> tuple[str, str, str]:
    """What pytest counts a test as, without a letter for it, and with the word that begins its line at the end."""
    if report.when == "call" or report.skipped:
        return report.outcome, "", report.outcome.upper()
    return ("error", "", "ERROR") if report.failed else ("", "", "")


def tell_selection(groups: dict[str, list[Case]]) -> list[str]:
    """What takes the place of our orderings and what is left out then, and what orderings without a name are called."""
    drained = groups["orderings"]
    names = ", ".join(dict.fromkeys(case.name for case in drained if case.subject.reads_own_data))
    missing = ", ".join(name for name, group in GROUPS.items() if group.is_main and group.build_own is None)
    own = {case.name: case.subject.text for case in drained if case.name.startswith(f"{OWN}_")}
    return [
        *([f"pipelines: {names}; left out, as they take our digits: {missing}"] if names else []),
        *(f"{name}: {text}" for name, text in own.items()),
    ]


def tell_empty(options: Any) -> str:
    """Why nothing was measured, and where the names are."""
    why = f"no case matches -k '{options.keyword}'" if options.keyword else "no case is left of these options"
    own = options.pipeline or options.run
    where = "the same command with --collect-only -q lists the ids" if own else "mnist-bench cases lists the ids"
    return f"nothing was selected: {why}; {where}"


def print_answer(options: Any, num_failed: int) -> None:
    """Print what the run says; with -v all of its tables before."""
    console, file = open_console(), Path(options.benchmark_json)
    try:
        summary = summarize(load_record(file))
    except RecordError as error:
        console.print(f"no answer: {error}", markup=False)
        return
    verdicts = judge_claims(select_claims(load_claims(), options.claims or ALL), summary)
    if options.verbose > 0:
        said = [] if summary.pipelines else tabulate_verdicts_briefly(verdicts)  # of which nobody says anything
        console.print(lay_out([*tabulate_run(summary), *said, Gap()]))
    console.print(lay_out(answer_run(summary, verdicts, locate(file, num_failed))))
