"""A gate run as ``mnist-bench gate`` makes it: its file is kept while it lasts, its progress and its verdict shown."""

from __future__ import annotations

import datetime
import os
import time
from pathlib import Path

import typer
from rich.console import Console

from bench.commands.progress import GateProgress
from bench.gate.design import GateOptions
from bench.gate.run import run_gate
from mnist_core.files.whole_file import write_whole
from mnist_core.language.errors import InputError
from mnist_core.terminal.console import open_console
from mnist_core.terminal.shell import EXIT_INTERRUPTED
from mnist_core.terminal.stopping import stop_once
from reports.drawing.text import lay_out
from reports.gate.file import save_gate
from reports.gate.json import render_json
from reports.gate.record import GateRecord
from reports.gate.tables import render_comment, tabulate_decision
from reports.gate.verdict import Decision, decide

FOLDER = Path("runs/gate")
STEP_SUMMARY = "GITHUB_STEP_SUMMARY"  # names the file that GitHub shows on the page of a workflow's run


def measure(options: GateOptions, out: Path | None) -> tuple[Decision, bool]:
    """What the run decides, and whether it was interrupted.

    Args:
        options: What to compare.
        out: The file that keeps every turn; None gives it a name by the time.

    Raises:
        InputError: The file cannot be written, or the run cannot be made.
    """
    console, file, is_interrupted = Console(stderr=True), out or _name_file(), False
    keep = _Keeper(file)
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


def show(decision: Decision, exit_code: int, markdown: Path | None, *, as_json: bool, shows_ok: bool) -> None:
    """Print a decision, and write it wherever else it is wanted.

    Args:
        decision: What the run decided.
        exit_code: What the command ends with.
        markdown: A file that is to have it for a pull request; None writes none.
        as_json: For machines.
        shows_ok: A row for every comparison, also for those that are OK.
    """
    _write_markdown(decision, markdown)
    if as_json:
        print(render_json(decision, exit_code))  # noqa: T201
    else:
        open_console().print(lay_out(tabulate_decision(decision, shows_ok=shows_ok)))


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
