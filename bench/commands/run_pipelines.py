"""A run of pipelines as ``mnist-bench run`` makes it: its progress is shown, its record kept, its tables printed."""

from __future__ import annotations

import datetime
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console

from bench.cases.pipelines import build_drained, build_fed
from bench.commands.progress import GroupProgress
from bench.machine.disturbances import find_disturbances, render_disturbances
from bench.machine.environment import describe_environment, describe_machine
from bench.turns.group import Outcome, measure_group
from bench.turns.measure import MAX_ROUNDS, read_clock_s
from bench.turns.saving import save_record
from bench.turns.schedule import Budget
from bench.workers.fork_server import WorkerStarter
from bench.workers.worker_process import WorkerError
from mnist_core.digits.load import default_source
from mnist_core.language.errors import InputError
from mnist_core.terminal.console import open_console
from reports.drawing.text import lay_out
from reports.record.case import Subject
from reports.record.record import CaseRecord, Record
from reports.stats.median import FEWEST_VALUES
from reports.summary.summary import summarize
from reports.tables.pipelines import tabulate_pipelines

FOLDER = Path("runs")
RECORD = "record.json"
GROUP = "pipelines"
GIBIBYTE = 2**30
EXIT_FAILED = 2


@dataclass(frozen=True)
class RunOptions:
    """What a run measures.

    Args:
        subjects: The pipelines; ratios are to the first.
        step_ms: How long an emulated accelerator computes on a batch; None feeds none.
        budget_s: Time for the turns.
        memory_limit_gib: Most memory of each pipeline's process; None sets no limit.
        data: Where our digits come from, for our own orderings.
    """

    subjects: Sequence[Subject]
    step_ms: float | None
    budget_s: float
    memory_limit_gib: float | None
    data: str | None


def measure_pipelines(options: RunOptions, out: Path | None, *, as_json: bool) -> None:
    """Measure, keep the record and print it.

    Raises:
        InputError: The record cannot be written, or an input is wrong, whatever the pipeline.
        typer.Exit: A pipeline failed.
    """
    file = (out or name_folder()) / RECORD
    environment = describe_environment()
    outcomes = _measure(options)
    failures = [outcome for outcome in outcomes if isinstance(outcome, WorkerError)]
    cases = tuple(outcome for outcome in outcomes if isinstance(outcome, CaseRecord))
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for failure in failures:
        console.print(f"error: {failure}", style="red", markup=False)
    if not cases:
        raise typer.Exit(EXIT_FAILED)
    now = datetime.datetime.now(tz=datetime.timezone.utc).isoformat(timespec="seconds")
    record = Record(cases, describe_machine(), now)
    try:
        save_record(record, file, environment)
    except OSError as error:
        raise InputError(f"--out {file.parent} cannot be written: {error.strerror}.") from None
    if as_json:
        sys.stdout.write(file.read_text(encoding="utf-8"))
    else:
        open_console().print(lay_out(tabulate_pipelines(summarize(record), record)))
        console.print(f"record: {file}; mnist-report page {file.parent} draws it", markup=False)
    if failures:
        raise typer.Exit(EXIT_FAILED)


def _measure(options: RunOptions) -> list[Outcome]:
    cases = build_drained(options.subjects)
    if options.step_ms is not None:
        cases += build_fed(options.subjects, options.step_ms)
    limit = options.memory_limit_gib
    start_worker = WorkerStarter(options.data or default_source(), None if limit is None else int(limit * GIBIBYTE))
    budget = Budget(options.budget_s, FEWEST_VALUES, MAX_ROUNDS)
    seed = random.SystemRandom().getrandbits(32)
    with GroupProgress(Console(stderr=True), budget) as progress:
        if line := render_disturbances(find_disturbances(describe_environment())):
            progress.notice(line)
        outcomes = measure_group(cases, start_worker, budget, seed=seed, clock_s=read_clock_s, listener=progress)
    return [outcomes[case.id] for case in cases]


def name_folder() -> Path:
    """The folder of a run, by the time."""
    now = datetime.datetime.now(tz=datetime.timezone.utc).astimezone()
    return FOLDER / f"{now:%Y%m%d-%H%M%S}"
