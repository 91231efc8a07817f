"""A run of pipelines as ``mnist-bench run`` makes it: its progress is shown, its record kept, its tables printed."""

from __future__ import annotations

import datetime
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import typer
from rich.console import Console

from bench.cases.pipelines import build_drained, build_fed
from bench.commands.progress import GroupProgress
from bench.machine.disturbances import find_disturbances, render_disturbances
from bench.machine.environment import Surroundings, describe_environment, describe_machine
from bench.turns.group import InterruptedGroupError, Outcome, measure_group
from bench.turns.measure import MAX_ROUNDS, read_clock_s
from bench.turns.saving import save_record
from bench.turns.schedule import Budget
from bench.workers.fork_server import WorkerStarter
from bench.workers.worker_process import WorkerError
from mnist_core.digits.load import default_source
from mnist_core.language.errors import InputError
from mnist_core.terminal.console import open_console
from mnist_core.terminal.stopping import stop_once
from reports.drawing.text import lay_out
from reports.record.case import Case, Subject
from reports.record.record import CaseRecord, Record
from reports.stats.median import FEWEST_VALUES
from reports.summary.fields import PIPELINES
from reports.summary.summary import summarize
from reports.tables.all_tables import tabulate_run

FOLDER = Path("runs")
RECORD = "record.json"
GIBIBYTE = 2**30
EXIT_FAILED, EXIT_INTERRUPTED = 2, 130
MOST_PRINTED, LONGEST_PRINTED = 10, 200  # lines and characters of what a pipeline that fails had printed


@dataclass(frozen=True)
class RunOptions:
    """What a run measures.

    Args:
        subjects: The pipelines; ratios are to the first.
        step_ms: How long an emulated accelerator computes on a batch; None feeds none.
        budget_s: Time for the turns.
        memory_limit_gib: Most memory of each pipeline's process; None sets no limit.
        turn_limit_s: Most seconds of a turn; one that takes longer is a hang.
        data: Where our digits come from, for our own orderings.
    """

    subjects: Sequence[Subject]
    step_ms: float | None
    budget_s: float
    memory_limit_gib: float | None
    turn_limit_s: float
    data: str | None


def measure_pipelines(options: RunOptions, out: Path | None, *, as_json: bool) -> None:
    """Measure, keep the record and print it.

    Raises:
        InputError: The record cannot be written, or an input is wrong, whatever the pipeline.
        typer.Exit: A pipeline failed, or somebody stopped the measuring.
    """
    file = (out or name_folder()) / RECORD
    environment = describe_environment()
    wanted, is_stopped = _build_cases(options), False
    try:
        with stop_once():
            outcomes = _measure(options, wanted)
    except InterruptedGroupError as stopped:
        outcomes, is_stopped = stopped.outcomes, True
    failed = ((case, outcomes.get(case.id)) for case in wanted)
    failures = [(case, failure) for case, failure in failed if isinstance(failure, WorkerError)]
    cases = _gather([each for each in outcomes.values() if isinstance(each, CaseRecord)])
    for failure in _tell_apart(failures):
        _tell(failure)
    if cases:
        now = datetime.datetime.now(tz=datetime.timezone.utc).isoformat(timespec="seconds")
        _keep(Record(cases, describe_machine(), now), file, environment, as_json=as_json)
    if failures or is_stopped:
        raise typer.Exit(EXIT_INTERRUPTED if is_stopped else EXIT_FAILED)


def _keep(record: Record, file: Path, environment: Surroundings, *, as_json: bool) -> None:
    """Write the record, and print it."""
    try:
        save_record(record, file, environment)
    except OSError as error:
        raise InputError(f"--out {file.parent} cannot be written: {error.strerror}.") from None
    if as_json:
        sys.stdout.write(file.read_text(encoding="utf-8"))
        return
    console = open_console()
    console.print(lay_out(tabulate_run(summarize(record))))
    console.print(f"record: {file}; mnist-report page {file.parent} draws it", markup=False, soft_wrap=True)


def _gather(cases: Sequence[CaseRecord]) -> tuple[CaseRecord, ...]:
    """The cases of one group, whose ratios are to the first pipeline that could be measured."""
    names = list(dict.fromkeys(each.name for each in cases))
    reference = names[0] if len(names) > 1 else None
    subjects = [replace(each.case.subject, reference=reference) for each in cases]
    return tuple(
        replace(each, case=replace(each.case, subject=subject), group=PIPELINES)
        for each, subject in zip(cases, subjects, strict=True)
    )


def _tell_apart(failures: Sequence[tuple[Case, WorkerError]]) -> list[WorkerError]:
    """Each failure once: a pipeline that fails does so for every consumer."""
    told: dict[tuple[str, str], WorkerError] = {}
    for case, failure in failures:
        told.setdefault((case.name, str(failure).removeprefix(case.id)), failure)
    return list(told.values())


def _tell(failure: WorkerError) -> None:
    """The failure in one line, and what the pipeline had printed below it."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"error: {failure}", style="red", markup=False)
    lines = [line for line in failure.printed.splitlines() if line.strip()]
    if len(lines) > MOST_PRINTED:
        console.print(f"  ... {len(lines) - MOST_PRINTED} lines before", markup=False)
    for line in lines[-MOST_PRINTED:]:
        console.print(f"  | {line[:LONGEST_PRINTED]}", markup=False)


def _build_cases(options: RunOptions) -> list[Case]:
    fed = [] if options.step_ms is None else build_fed(options.subjects, options.step_ms)
    return [*build_drained(options.subjects), *fed]


def _measure(options: RunOptions, cases: Sequence[Case]) -> dict[str, Outcome]:
    limit = options.memory_limit_gib
    start_worker = WorkerStarter(
        options.data or default_source(),
        None if limit is None else int(limit * GIBIBYTE),
        turn_limit_s=options.turn_limit_s,
    )
    budget = Budget(options.budget_s, FEWEST_VALUES, MAX_ROUNDS)
    seed = random.SystemRandom().getrandbits(32)
    with GroupProgress(Console(stderr=True), budget) as progress:
        if line := render_disturbances(find_disturbances(describe_environment())):
            progress.notice(line)
        return measure_group(cases, start_worker, budget, seed=seed, clock_s=read_clock_s, listener=progress)


def name_folder() -> Path:
    """The folder of a run, by the time."""
    now = datetime.datetime.now(tz=datetime.timezone.utc).astimezone()
    return FOLDER / f"{now:%Y%m%d-%H%M%S}"
