"""Readings of cases that are not timed: one worker after the other, and no other lives meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from bench.consumers.registry import find_consumer
from bench.turns.captured import FOLDER, load_capture, name_folder
from bench.turns.group import Listener, Outcome, describe_case
from bench.workers.case_worker import CaseWorker
from bench.workers.worker_process import WorkerError
from mnist_core.files.xspace import TraceError
from reports.record.case import Case
from reports.record.memory import Memory
from reports.record.program import StageTimes
from reports.record.record import CaseRecord
from reports.record.sample import MixingReading
from reports.summary.metric import NANOSECONDS

Reading = Memory | StageTimes | MixingReading  # of which a record keeps how long it took


def measure_memory(
    cases: Sequence[Case],
    start_worker: Callable[[Case], CaseWorker],
    *,
    seed: int,
    clock_s: Callable[[], float],
    listener: Listener,
) -> dict[str, Outcome]:
    """The record of what every case holds, or the reason of failure; one worker after the other, none is timed."""
    read = _time_reading("memory", lambda worker: worker.measure_memory(), seed, clock_s)
    return _measure_singly(cases, start_worker, read, listener)


def measure_stages(
    cases: Sequence[Case],
    start_worker: Callable[[Case], CaseWorker],
    *,
    seed: int,
    clock_s: Callable[[], float],
    listener: Listener,
) -> dict[str, Outcome]:
    """The record of what every case's stages take, or the reason of failure; one worker after the other."""
    read = _time_reading("stage_times", lambda worker: worker.measure_stages(), seed, clock_s)
    return _measure_singly(cases, start_worker, read, listener)


def measure_mixing(
    cases: Sequence[Case],
    start_worker: Callable[[Case], CaseWorker],
    *,
    seed: int,
    clock_s: Callable[[], float],
    listener: Listener,
) -> dict[str, Outcome]:
    """The record of how well every case mixes, or the reason of failure; one worker after the other."""
    read = _time_reading("mixing", lambda worker: worker.measure_mixing(), seed, clock_s)
    return _measure_singly(cases, start_worker, read, listener)


def _time_reading(
    field: str,
    ask: Callable[[CaseWorker], Reading],
    seed: int,
    clock_s: Callable[[], float],
) -> Callable[[Case, CaseWorker], CaseRecord]:
    """What makes a record of a reading that a worker is asked for, with how long it took, in this field."""

    def read(case: Case, worker: CaseWorker) -> CaseRecord:
        begin_s = clock_s()
        found = ask(worker)
        reading_ns = round((clock_s() - begin_s) * NANOSECONDS)
        return describe_case(case, worker, seed, **{field: replace(found, reading_ns=reading_ns)})

    return read


def capture_traces(
    cases: Sequence[Case],
    start_worker: Callable[[Case], CaseWorker],
    run: Path,
    *,
    seed: int,
    listener: Listener,
) -> dict[str, Outcome]:
    """The record of every case's trace, or the reason of failure; one worker after the other, none is timed.

    Args:
        cases: Cases to trace.
        start_worker: Gives a fresh process for a case; may raise WorkerError.
        run: Folder of the record, which takes the traces.
        seed: Seed that the record keeps; nothing here is random.
        listener: Is told how far the measuring has come.
    """

    def capture(case: Case, worker: CaseWorker) -> CaseRecord:
        folder = Path(FOLDER) / name_folder(case)
        times = worker.capture_trace(run / folder)
        computes = find_consumer(case.consumer).computes
        try:
            captured = load_capture(run, folder, times, case.device, computes=computes)
            return describe_case(case, worker, seed, capture=captured)
        except TraceError as error:
            raise WorkerError(f"{case.id}: {error}") from None

    return _measure_singly(cases, start_worker, capture, listener)


def _measure_singly(
    cases: Sequence[Case],
    start_worker: Callable[[Case], CaseWorker],
    measure: Callable[[Case, CaseWorker], CaseRecord],
    listener: Listener,
) -> dict[str, Outcome]:
    """What `measure` makes of every case and its worker, while no other worker lives."""
    outcomes: dict[str, Outcome] = {}
    for number, case in enumerate(cases, start=1):
        listener.starting(case, number, len(cases))
        try:
            with closing(start_worker(case)) as worker:
                for line in worker.ready.notices:  # the first worker decides on the digits
                    listener.notice(line)
                outcomes[case.id] = measure(case, worker)
        except WorkerError as error:
            outcomes[case.id] = error
        listener.started(case, number, len(cases))
    return outcomes
