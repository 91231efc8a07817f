"""A sweep as ``mnist-bench sweep`` makes it: its progress is shown, its state kept, its result printed."""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import typer
from filelock import FileLock, Timeout
from rich.console import Console

from bench.commands.progress import SweepProgress
from bench.commands.runs.kept import build_record, choose_file, refuse
from bench.commands.runs.starting import open_starter
from bench.commands.subject_options import limit_bytes
from bench.machine.environment import describe_environment
from bench.subjects.pipeline_text import find_code
from bench.sweep.code import write_code
from bench.sweep.contenders import name_all, narrow
from bench.sweep.state import SweepState
from bench.sweep.sweep import run_sweep
from bench.turns.measure import read_clock_s
from bench.turns.saving import save_record
from bench.workers.describing import ask_description
from bench.workers.proposing import ask_proposal
from mnist_core.digits.load import choose_source
from mnist_core.files.run_kinds import RECORD
from mnist_core.files.whole_file import write_whole
from mnist_core.language.errors import InputError
from mnist_core.terminal.console import open_console
from mnist_core.terminal.shell import EXIT_INTERRUPTED
from mnist_core.terminal.stopping import stop_once
from reports.drawing.text import lay_out
from reports.record.case import Subject
from reports.record.proposal import Proposal
from reports.summary.fields import PIPELINES
from reports.sweep.file import PATCH, SWEEP, load_sweep, save_sweep
from reports.sweep.json import render_json
from reports.sweep.record import SweepPlan, SweepRecord
from reports.sweep.result import SweepResult, judge_sweep, refer_to_first
from reports.sweep.tables import tabulate_sweep

LOCK = "sweep.lock"


@dataclass(frozen=True)
class SweepOptions:
    """What a sweep is asked for.

    Args:
        subject: The pipeline as it is.
        budget_s: Time for all of it.
        memory_gib: What is predicted to hold more is not tried; None takes what the machine has.
        step_ms: How long an emulated accelerator computes on a batch; None feeds none.
        tolerance: By which share floats may differ.
        turn_limit_s: Most seconds of a turn; one that takes longer is a hang.
        data: Where our digits come from, for our own orderings.
    """

    subject: Subject
    budget_s: float
    memory_gib: float | None
    step_ms: float | None
    tolerance: float
    turn_limit_s: float
    data: str | None


Propose = Callable[[SweepOptions], Proposal]


def measure_sweep(options: SweepOptions, out: Path | None, *, as_json: bool, propose: Propose) -> None:
    """Measure what is left to be measured, keep it and print the result.

    Args:
        options: What is asked for.
        out: Folder of the run; None names one by the time.
        as_json: True to print the result for machines.
        propose: Says what may be changed.

    Raises:
        InputError: The folder cannot be written or holds another sweep, or an input is wrong.
        WorkerError: The pipeline as it is fails.
        typer.Exit: Somebody stopped it.
    """
    folder = choose_file(out).parent
    is_stopped = False
    with _work_alone(folder):
        keeper = _Keeper(folder, options)
        try:
            with stop_once():
                _measure(options, keeper, propose)
        except KeyboardInterrupt:
            is_stopped = True
        if keeper.record is None:
            raise typer.Exit(EXIT_INTERRUPTED)
        _finish(keeper.record, folder)
        _show(judge_sweep(keeper.record), folder, EXIT_INTERRUPTED if is_stopped else 0, as_json=as_json)
    if is_stopped:
        raise typer.Exit(EXIT_INTERRUPTED)


def propose(options: SweepOptions) -> Proposal:
    """What may be changed of a pipeline, found out in a process of its own; raises as `ask_proposal` does."""
    limit = limit_bytes(options.memory_gib)
    source = choose_source(options.data, is_read=not options.subject.reads_own_data)
    return ask_proposal(options.subject, source, memory_bytes=limit, tolerance=options.tolerance)


def _measure(options: SweepOptions, keeper: _Keeper, propose: Propose) -> None:
    """Do what is left of the sweep."""
    if keeper.record is not None and keeper.record.is_done:
        return
    with SweepProgress(Console(stderr=True), options.budget_s) as progress:
        if keeper.record is None:
            begin_s = read_clock_s()
            progress.looking(options.subject.name)
            keeper(_begin(options, propose(options), read_clock_s() - begin_s))
        record = keeper.record
        assert record is not None  # noqa: S101  # it was begun, or there
        subjects = name_all(options.subject, record.proposal)
        source = choose_source(options.data, is_read=not options.subject.reads_own_data)
        with open_starter(
            *([options.subject], progress),
            data=options.data,
            memory_limit_gib=None,
            turn_limit_s=options.turn_limit_s,
            seed=record.seed,
        ) as start_worker:
            state = SweepState(record, subjects, start_worker, progress, keeper, read_clock_s, options.budget_s)
            run_sweep(state)
        result = judge_sweep(state.record)
        if result.is_recommended and result.winner is not None:
            progress.show(f"writing {result.winner.name} as a patch")
            code = write_code(options.subject, result.winner, lambda subject: ask_description(subject, source))
            state.update(code=code.chain, patch=code.patch)
        state.update(is_done=True)


def _begin(options: SweepOptions, proposal: Proposal, spent_s: float) -> SweepRecord:
    """A sweep of which nothing is measured yet."""
    kept = narrow(options.subject, proposal)
    names = tuple(name_all(options.subject, kept))
    seed = random.SystemRandom().getrandbits(31)
    return SweepRecord(build_plan(options), kept, seed, names, spent_s=spent_s)


def hash_code(subject: Subject) -> str:
    """SHA-256 of the file that holds a pipeline or a program; empty where it is no file."""
    file = find_code(subject)
    return "" if file is None else hashlib.sha256(file.read_bytes()).hexdigest()


def build_plan(options: SweepOptions) -> SweepPlan:
    """What a sweep is of; whoever goes on with it must ask for the same."""
    code = hash_code(options.subject)
    return SweepPlan(options.subject, code, options.step_ms, options.memory_gib, options.tolerance)


@contextmanager
def _work_alone(folder: Path) -> Iterator[None]:
    """Nobody else may sweep into the folder until the block ends; a folder that stays empty goes.

    Raises:
        InputError: Somebody does, or the folder cannot be written.
    """
    lock = FileLock(folder / LOCK)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise InputError(f"another sweep into {folder} is running: wait for it, or give another --out.") from None
    except OSError as error:
        raise refuse(folder / RECORD, error) from None
    try:
        yield
    finally:
        if {each.name for each in folder.iterdir()} <= {LOCK}:
            (folder / LOCK).unlink(missing_ok=True)
            folder.rmdir()
        lock.release()


class _Keeper:
    """Keeps the newest state of a sweep in its folder, and has what was there before.

    Args:
        folder: Folder of the run.
        options: What is asked for.

    Raises:
        InputError: It holds another sweep, or another run.
        RecordError: The sweep that it holds is damaged.
    """

    def __init__(self, folder: Path, options: SweepOptions) -> None:
        self._file = folder / SWEEP
        self.record: SweepRecord | None = None
        if self._file.exists():
            self.record = load_sweep(self._file)
            _check_same(folder, self.record.plan, build_plan(options))
        elif (folder / RECORD).exists():
            raise InputError(f"--out {folder} holds another run: give a new folder.")

    def __call__(self, record: SweepRecord) -> None:
        self.record = record
        try:
            save_sweep(record, self._file)
        except OSError as error:
            raise refuse(self._file, error) from None


def _check_same(folder: Path, before: SweepPlan, now: SweepPlan) -> None:
    """Refuse to go on with a sweep of something else.

    Raises:
        InputError: It is of another pipeline or other code, or was asked for otherwise.
    """
    if replace(before, code=now.code) != now:
        raise InputError(f"--out {folder} holds a sweep that was asked for otherwise: give a new folder.")
    if before != now:
        raise InputError(f"--out {folder}: the code of {now.subject.text} has changed since then: give a new folder.")


def _finish(record: SweepRecord, folder: Path) -> None:
    """Write the run's record, and the patch of a gain that was shown.

    Raises:
        InputError: They cannot be written.
    """
    try:
        if record.cases:
            cases = [replace(case, group=PIPELINES) for case in refer_to_first(record)]
            save_record(build_record(cases), folder / RECORD, describe_environment())
        if record.patch:
            write_whole(folder / PATCH, record.patch.encode())
    except OSError as error:
        raise refuse(folder / RECORD, error) from None


def _show(result: SweepResult, folder: Path, exit_code: int, *, as_json: bool) -> None:
    if as_json:
        file = str(folder / RECORD) if result.record.cases else ""
        sys.stdout.write(f"{render_json(result, file, exit_code)}\n")
    else:
        open_console().print(lay_out(tabulate_sweep(result, folder)))
