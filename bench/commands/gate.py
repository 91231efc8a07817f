"""The command ``mnist-bench gate``: did head get slower than base?"""

from __future__ import annotations

import datetime
import os
import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from bench.commands.against import Against, compare_again
from bench.commands.gate_progress import GateProgress
from bench.commands.stopping import stop_once
from bench.gate.design import PairDesign
from bench.gate.run import GateOptions, run_gate
from mnist_core.digits.load import default_source
from mnist_core.files.written_file import write_whole
from mnist_core.language.errors import InputError
from mnist_core.terminal.console import open_console
from reports.commands.gate import FAIL_ON, AsJson, FailOn, MarkdownFile, ShowsOk
from reports.compare.json import render_json as render_compared_json
from reports.compare.pairing import CompareError
from reports.compare.tables import tabulate_side_by_side
from reports.drawing.text import lay_out
from reports.gate.file import save_gate
from reports.gate.json import render_json
from reports.gate.record import METRICS, GateRecord, Metric
from reports.gate.tables import render_comment, tabulate_decision
from reports.gate.verdict import Decision, decide, parse_failing
from reports.summary.outcome import Outcome, find_exit_code

EXIT_INTERRUPTED = 130
BUDGET_S = 300.0  # what people wait for on a pull request
FOLDER = Path("runs/gate")
STEP_SUMMARY = "GITHUB_STEP_SUMMARY"  # names the file that GitHub shows on the page of a workflow's run

EXAMPLES = """Examples:

    mnist-bench gate --base main

    mnist-bench gate --base HEAD~1 --head HEAD --cases 'post-*' --budget 120

    mnist-bench gate --against runs/20261123-085740

    mnist-bench gate --base origin/main --metrics time,memory --markdown comment.md --fail-on regressed"""


def gate(
    base: Annotated[
        str | None,
        typer.Option(metavar="REV", help="The git revision to compare with, such as main.", show_default=False),
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(metavar="REV", help="The one to judge. Default: the working tree as it is.", show_default=False),
    ] = None,
    cases: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN,...", help="Only cases whose id matches; can be repeated.", show_default=False),
    ] = None,
    metrics: Annotated[
        str | None,
        typer.Option(metavar="NAME,...", help=f"Of {', '.join(METRICS)}. Default: as pyproject.toml says."),
    ] = None,
    budget: Annotated[float, typer.Option(metavar="SECONDS", min=1, help="For the measuring.")] = BUDGET_S,
    data: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="As for pytest bench/ --data.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Every turn, as JSON. Default: runs/gate/TIME.json.", show_default=False),
    ] = None,
    all_cores: Annotated[
        bool,
        typer.Option(
            "--all-cores",
            help="Do not keep both sides on one core: also notices work that is no longer parallel, with more noise.",
        ),
    ] = False,
    markdown: MarkdownFile = None,
    as_json: AsJson = False,
    shows_ok: ShowsOk = False,
    fail_on: FailOn = FAIL_ON,
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="RECORD",
            help="Instead of --base: a stored run's folder or record.json, with all that this cannot promise.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Tell whether mnist_core got slower from one git revision to another, measured side by side on this machine.

    Fresh processes of both take turns; who begins is drawn by lot. Uncommitted changes are never touched. Thresholds
    stand in head's pyproject.toml, [tool.mnist-bench.gate].

    Exit code: 0 no regression, 1 a regression, 2 nothing could be compared, a side failed or bad input, 3 inconclusive,
    130 interrupted.
    """
    failing = parse_failing(fail_on)
    patterns = tuple(pattern.strip() for text in cases or () for pattern in text.split(",") if pattern.strip())
    source, seed, chosen = data or default_source(), random.SystemRandom().getrandbits(32), parse_metrics(metrics)
    if against is not None:
        if base or head or out or markdown or all_cores:
            raise InputError("--against takes none of --base, --head, --out, --markdown and --all-cores.")
        found = compare_again(against, source, patterns, chosen, budget_s=budget, seed=seed)
        exit_code = find_exit_code(found.conclusion.outcome, failing)
        _end_with(found, exit_code, as_json=as_json, shows_ok=shows_ok)
    if base is None:
        raise InputError("give --base REV, the git revision to compare with, such as --base main.")
    design = replace(PairDesign(), is_pinned=False) if all_cores else PairDesign()
    options = GateOptions(
        base,
        head,
        source=source,
        seed=seed,
        patterns=patterns,
        metrics=chosen,
        budget_s=budget,
        design=design,
    )
    decision, is_interrupted = _measure(options, out or _name_file(), Console(stderr=True))
    exit_code = EXIT_INTERRUPTED if is_interrupted else find_exit_code(decision.outcome, failing)
    _write_markdown(decision, markdown)
    if as_json:
        print(render_json(decision, exit_code))  # noqa: T201
    else:
        open_console().print(lay_out(tabulate_decision(decision, shows_ok=shows_ok)))
    raise typer.Exit(exit_code)


def _end_with(found: Against, exit_code: int, *, as_json: bool, shows_ok: bool) -> NoReturn:
    """Print a comparison with a stored run as ``mnist-report compare`` prints it, and end."""
    if as_json:
        print(render_compared_json(found.shown, found.thresholds, found.conclusion, exit_code))  # noqa: T201
    else:
        blocks = tabulate_side_by_side(found.shown, found.thresholds, found.conclusion, everything=shows_ok)
        open_console().print(lay_out(blocks))
    if found.conclusion.outcome is Outcome.NOT_COMPARED:
        raise CompareError(" ".join(found.conclusion.lines))
    raise typer.Exit(exit_code)


def parse_metrics(text: str | None) -> tuple[Metric, ...]:
    """The metrics in a text such as ``time,cpu``; none for None.

    Raises:
        InputError: there is no such metric.
    """
    names = [] if text is None else [name.strip() for name in text.split(",")]
    chosen = tuple(metric for metric in METRICS if metric in names)
    if unknown := [name for name in names if name not in METRICS]:
        raise InputError(f"--metrics must be of {', '.join(METRICS)}, got '{unknown[0]}'.")
    return chosen


def _name_file() -> Path:
    now = datetime.datetime.now(tz=datetime.timezone.utc).astimezone()
    return FOLDER / f"{now:%Y%m%d-%H%M%S}.json"


class _Keeper:
    """Keeps the newest state of a run in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.newest: GateRecord | None = None
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._refuse(error) from None

    def __call__(self, record: GateRecord) -> None:
        self.newest = record
        try:
            save_gate(record, self._file)
        except OSError as error:
            raise self._refuse(error) from None

    def _refuse(self, error: OSError) -> InputError:
        return InputError(f"--out {self._file} cannot be written: {error.strerror}.")


def _measure(options: GateOptions, file: Path, console: Console) -> tuple[Decision, bool]:
    """What the run decides, and whether it was interrupted."""
    keep, is_interrupted = _Keeper(file), False
    try:
        with stop_once(), GateProgress(console, options.budget_s) as progress:
            run_gate(options, clock_s=time.monotonic, listener=progress, keep=keep)
    except KeyboardInterrupt:
        is_interrupted = True
    if keep.newest is None:  # interrupted while both revisions were prepared
        raise typer.Exit(EXIT_INTERRUPTED)
    console.print(
        f"all turns are in {file}; mnist-report gate {file} decides again",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    return decide(keep.newest), is_interrupted


def _write_markdown(decision: Decision, file: Path | None) -> None:
    text = render_comment(decision)
    summary = os.environ.get(STEP_SUMMARY)
    try:
        if file is not None:
            write_whole(file, text.encode())
        if summary:
            with Path(summary).open("a", encoding="utf-8") as page:  # other steps may have written there
                page.write(f"{text}\n")
    except OSError as error:
        raise InputError(f"{error.filename or file} cannot be written: {error.strerror}.") from None
