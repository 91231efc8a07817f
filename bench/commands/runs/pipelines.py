"""A run of pipelines as ``mnist-bench run`` makes it: its progress is shown, its record kept, its tables printed."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import typer
from rich.console import Console

from bench.calls.progress import GroupProgress
from bench.cases.pipelines import (
    build_cold,
    build_drained,
    build_fed,
    build_mixed,
    build_read,
    build_staged,
    build_trained,
)
from bench.commands.runs.failures import tell_failures
from bench.commands.runs.kept import build_record, hold_file, refuse
from bench.commands.runs.starting import open_starter
from bench.machine.environment import Surroundings, describe_environment
from bench.turns.group import InterruptedGroupError, Outcome, measure_group
from bench.turns.measure import MAX_ROUNDS, gather_pipelines, read_clock_s
from bench.turns.readings import measure_memory, measure_mixing, measure_stages
from bench.turns.saving import save_record
from bench.turns.schedule import Budget
from bench.workers.fork_server import build_context
from bench.workers.gpu_search import find_missing_gpu
from bench.workers.worker_process import WorkerError
from mnist_core.terminal.console import open_console
from mnist_core.terminal.schemas import render_json
from mnist_core.terminal.stopping import stop_once
from reports.answer.closing import locate
from reports.answer.screen import show_run
from reports.drawing.text import lay_out
from reports.record.case import Case, Subject
from reports.record.program import Device
from reports.record.record import CaseRecord, Record
from reports.stats.median import FEWEST_VALUES
from reports.summary.fields import COLD
from reports.summary.summary import summarize
from reports.tables.all_tables import tabulate_run

LONGEST_COLD_S = 30.0  # for turns with cold files: a disk is mostly even
EXIT_FAILED, EXIT_INTERRUPTED = 2, 130


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
        model: Where a person's own compiled model is found that is trained, too; None trains none.
        reads_memory: True to read what each pipeline holds, too, and whether that grows.
        reads_cold: True to measure each with its files dropped from the page cache, too.
        reads_mixing: True to read how well each mixes its examples, too.
        reads_stages: True to read what each stage takes, too.
    """

    subjects: Sequence[Subject]
    step_ms: float | None
    budget_s: float
    memory_limit_gib: float | None
    turn_limit_s: float
    data: str | None
    reads_memory: bool = True
    model: str | None = None
    reads_stages: bool = True
    reads_cold: bool = False
    reads_mixing: bool = True


def measure_pipelines(options: RunOptions, out: Path | None, *, as_json: bool) -> None:
    """Measure, keep the record and print it.

    Raises:
        InputError: The record cannot be written, or an input is wrong, whatever the pipeline.
        typer.Exit: A pipeline failed, or somebody stopped the measuring.
    """
    with hold_file(out) as file:
        _measure_into(file, options, as_json=as_json)


def _measure_into(file: Path, options: RunOptions, *, as_json: bool) -> None:
    environment = describe_environment()
    wanted = _build_cases(options)
    measured: list[tuple[str, Outcome]] = []
    missing = _list_parts(options)
    is_stopped = False
    try:
        with stop_once():
            for outcomes in _measure(options, wanted):
                measured += outcomes.items()
                del missing[0]
    except InterruptedGroupError as stopped:
        measured, is_stopped = [*measured, *stopped.outcomes.items()], True
    except KeyboardInterrupt:
        is_stopped = True
    read = (each for build in (build_read, build_staged, build_mixed) for each in build(options.subjects))
    names = {case.id: case.name for case in (*wanted, *read)}
    failures = [(names[case_id], case_id, each) for case_id, each in measured if isinstance(each, WorkerError)]
    records = [each for _, each in measured if isinstance(each, CaseRecord)]
    warm, cold = ([each for each in records if each.case.is_cold == is_cold] for is_cold in (False, True))
    cases = (*gather_pipelines(warm), *gather_pipelines(cold, COLD))
    tell_failures(failures)
    if cases:
        _keep(build_record(cases), file, environment, as_json=as_json)
    if is_stopped:
        Console(stderr=True, highlight=False, soft_wrap=True).print(_tell_missing(missing, is_kept=bool(cases)))
    if failures or is_stopped:
        raise typer.Exit(EXIT_INTERRUPTED if is_stopped else EXIT_FAILED)


def _list_parts(options: RunOptions) -> list[str]:
    """What a run consists of, in order: the turns, and what comes after them."""
    parts = {
        "some turns": True,  # those that were taken are kept
        "cold turns": options.reads_cold,
        "stages": options.reads_stages,
        "mixing": options.reads_mixing,
        "memory": options.reads_memory,
    }
    return [name for name, is_wanted in parts.items() if is_wanted]


def _tell_missing(missing: Sequence[str], *, is_kept: bool) -> str:
    """What a run that was interrupted lacks, in one line.

    Args:
        missing: Parts of the run that were not done to the end, in order.
        is_kept: False if nothing was measured.
    """
    if not is_kept:
        return "interrupted: nothing was measured"
    if not missing:
        return "interrupted when all was measured"
    *others, last = missing
    return f"interrupted: the record lacks {', '.join(others)}{' and ' if others else ''}{last}"


def _keep(record: Record, file: Path, environment: Surroundings, *, as_json: bool) -> None:
    """Write the record, and print it; what cannot be kept is printed all the same."""
    try:
        save_record(record, file, environment)
    except OSError as error:
        open_console().print(lay_out(tabulate_run(summarize(record))))
        raise refuse(file, error) from None
    if as_json:
        stored = json.loads(file.read_text(encoding="utf-8"))
        sys.stdout.write(f"{render_json('run', {'file': str(file), **stored})}\n")
        return
    open_console().print(lay_out(show_run(summarize(record), locate(file))))


def _build_cases(options: RunOptions) -> list[Case]:
    fed = [] if options.step_ms is None else build_fed(options.subjects, options.step_ms)
    trained: list[Case] = []
    if options.model is not None:
        build_trained(options.subjects, options.model)  # checks its text, which costs less than the look for a GPU
        device: Device = "cpu" if find_missing_gpu(build_context()) else "gpu"
        trained = build_trained(options.subjects, options.model, device)
    return [*build_drained(options.subjects), *fed, *trained]


def _measure(options: RunOptions, cases: Sequence[Case]) -> Iterator[dict[str, Outcome]]:
    """What was measured of the cases, then what was read of the pipelines that did not fail.

    Raises:
        InterruptedGroupError: Somebody stopped the turns.
        KeyboardInterrupt: Somebody stopped what came after them.
    """
    budget = Budget(options.budget_s, FEWEST_VALUES, MAX_ROUNDS)
    seed = random.SystemRandom().getrandbits(32)
    with (
        GroupProgress(Console(stderr=True)) as progress,
        open_starter(
            *(options.subjects, progress),
            data=options.data,
            memory_limit_gib=options.memory_limit_gib,
            turn_limit_s=options.turn_limit_s,
            seed=seed,
        ) as start_worker,
    ):
        outcomes = measure_group(cases, start_worker, budget, seed=seed, clock_s=read_clock_s, listener=progress)
        yield outcomes
        drained = [case for case in cases if case.consumer == "drain"]
        failed = {case.name for case in drained if isinstance(outcomes.get(case.id), WorkerError)}
        left = [subject for subject in options.subjects if subject.name not in failed]
        if options.reads_cold:
            seconds = min(options.budget_s, LONGEST_COLD_S)
            yield measure_group(
                *(build_cold(left), start_worker, replace(budget, seconds=seconds)),
                seed=seed,
                clock_s=read_clock_s,
                listener=progress,
            )
        if options.reads_stages:
            yield measure_stages(build_staged(left), start_worker, seed=seed, clock_s=read_clock_s, listener=progress)
        if options.reads_mixing:
            yield measure_mixing(build_mixed(left), start_worker, seed=seed, clock_s=read_clock_s, listener=progress)
        if options.reads_memory:
            yield measure_memory(build_read(left), start_worker, seed=seed, clock_s=read_clock_s, listener=progress)
