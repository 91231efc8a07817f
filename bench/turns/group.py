"""Measures the cases of a group together: a worker each, a warm-up each, then turns in random order."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from bench.cases.orderings import is_anchor
from bench.consumers.registry import find_consumer
from bench.turns.captured import FOLDER, load_capture, name_folder
from bench.turns.schedule import Budget, interleave
from bench.workers.case_worker import CaseWorker
from bench.workers.protocol import Ready, WarmedUp
from bench.workers.worker_process import WorkerError
from mnist_core.files.xspace import TraceError
from reports.record.case import Case
from reports.record.memory import Memory
from reports.record.program import StageTimes
from reports.record.record import CaseRecord
from reports.record.sample import MixingReading, Sample, Turn
from reports.stats.median import Estimate, estimate_median
from reports.summary.metric import NANOSECONDS

SHORTEST_TURN_S = 0.03  # a shorter turn is mostly what the clock and the threads do at its ends
LONGEST_LEVELLED_S = 5.0  # of the slowest pipeline, where the fastest needs more batches than it gave at first
SETTLED_WIDTH = 0.10  # of an interval, relative to the median: narrower, and more turns tell little more


class Listener(Protocol):
    """Is told how far the measuring has come; shows it, or not."""

    def notice(self, line: str) -> None:
        """A line for the user."""

    def detail(self, line: str) -> None:
        """A line for a user who wants to know how well it went."""

    def starting(self, case: Case, number: int, total: int) -> None:
        """The worker of `case`, the `number`-th of `total`, is about to be started, and to be warmed up or read."""

    def started(self, case: Case, number: int, total: int) -> None:
        """The worker of `case`, the `number`-th of `total`, is ready and warmed up, or read."""

    def turns_begun(self, budget: Budget, spent_s: float) -> None:
        """All cases are warmed up, `spent_s` seconds after the group began, and take turns inside `budget` now."""

    def round_done(self, number: int, spent_s: float) -> None:
        """`number` rounds are done, `spent_s` seconds after the group began."""


class TakesTurns(Protocol):
    """Measures one case turn by turn, as a `CaseWorker` does; every method may raise WorkerError."""

    ready: Ready

    def warm_up(self) -> WarmedUp:
        """The first turn, which is not counted, and the program that it ran."""

    def fix_batches(self, num_batches: int) -> None:
        """Let a turn take so many batches from now on."""

    def measure_turn(self) -> Sample:
        """The sample of one turn."""

    def close(self) -> None:
        """Let go of what it measured."""


@dataclass(frozen=True)
class _Running:
    case: Case
    worker: TakesTurns
    warmed_up: WarmedUp
    turns: list[Turn]

    @property
    def is_cut(self) -> bool:
        return self.warmed_up.extent is not None and self.warmed_up.extent.is_cut

    def estimate(self) -> Estimate:
        return estimate_median([turn.sample.wall_ns for turn in self.turns])

    @property
    def is_settled(self) -> bool:
        estimate = self.estimate()
        return estimate.relative_width is not None and estimate.relative_width < SETTLED_WIDTH


Reading = Memory | StageTimes | MixingReading  # of which a record keeps how long it took
Outcome = CaseRecord | WorkerError


class InterruptedGroupError(KeyboardInterrupt):
    """Somebody stopped the measuring of a group.

    Args:
        outcomes: What had been measured by then, by the id of the case; cases without a turn are missing.
    """

    def __init__(self, outcomes: dict[str, Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


def measure_group(
    cases: Sequence[Case],
    start_worker: Callable[[Case], TakesTurns],
    budget: Budget,
    *,
    seed: int,
    clock_s: Callable[[], float],
    listener: Listener,
) -> dict[str, Outcome]:
    """The record, or the reason of failure, of every case, by its id.

    Args:
        cases: Cases to measure together, so that what disturbs one turn disturbs its neighbours too.
        start_worker: Gives a fresh process for a case; may raise WorkerError.
        budget: Time and rounds for the whole group, start and warm-up included.
        seed: Seed for the random order of turns.
        clock_s: Gives the present moment in seconds, for the budget.
        listener: Is told how far the measuring has come.

    Raises:
        InterruptedGroupError: Somebody stopped it; it holds what had been measured.
    """
    begin_s = clock_s()
    outcomes: dict[str, Outcome] = {}
    is_stopped = False
    with ExitStack() as stack:
        running = _start_all(cases, start_worker, stack, outcomes, listener)
        for line in _level_extents(running, outcomes):
            listener.notice(line)
        spent_s = clock_s() - begin_s
        listener.turns_begun(budget, spent_s)
        left = replace(budget, seconds=budget.seconds - spent_s)
        turns = interleave(
            list(running), left, clock_s=clock_s, seed=seed, needs_turns=lambda case_id: _needs_turns(running, case_id)
        )
        done = 0
        try:
            for number, case_id in turns:
                if number > done:
                    listener.round_done(number, clock_s() - begin_s)
                    done = number
                _take_turn(running, case_id, number, outcomes)
        except KeyboardInterrupt:
            is_stopped = True
            running = {name: each for name, each in running.items() if each.turns}
        if running:
            listener.round_done(done + 1, clock_s() - begin_s)
    if not is_stopped:
        for line in _describe_cuts(list(running.values())):
            listener.detail(line)
    for each in running.values():
        outcomes[each.case.id] = _describe(
            *(each.case, each.worker, seed),
            warm_up=each.warmed_up.sample,
            turns=tuple(each.turns),
            program=each.warmed_up.program,
            extent=each.warmed_up.extent,
            first_epochs=_list_first_epochs(each),
        )
    if is_stopped:
        raise InterruptedGroupError(outcomes)
    return outcomes


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
        return _describe(case, worker, seed, **{field: replace(found, reading_ns=reading_ns)})

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
            return _describe(case, worker, seed, capture=captured)
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


def _start_all(
    cases: Sequence[Case],
    start_worker: Callable[[Case], TakesTurns],
    stack: ExitStack,
    outcomes: dict[str, Outcome],
    listener: Listener,
) -> dict[str, _Running]:
    running: dict[str, _Running] = {}
    notices: set[str] = set()
    for number, case in enumerate(cases, start=1):
        listener.starting(case, number, len(cases))
        try:
            worker = start_worker(case)
            stack.callback(worker.close)
            for line in set(worker.ready.notices) - notices:
                listener.notice(line)
            notices.update(worker.ready.notices)
            running[case.id] = _Running(case, worker, worker.warm_up(), [])
        except WorkerError as error:
            outcomes[case.id] = error
        listener.started(case, number, len(cases))
    return running


def _level_extents(running: dict[str, _Running], outcomes: dict[str, Outcome]) -> list[str]:
    """Let turns that are cut take equally many batches, tell those after the first from it, and say which are cut.

    Whole epochs stay as they are: where a buffer takes in all of one, its work is done before the first batch.
    """
    cut = {name: each for name, each in running.items() if each.is_cut}
    if not cut:
        return []
    num_batches = _level([each.warmed_up for each in cut.values()])
    for name, each in cut.items():
        try:
            each.worker.fix_batches(num_batches)
        except WorkerError as error:
            outcomes[name] = error
            del running[name]
            continue
        if each.warmed_up.extent is not None:
            extent = replace(each.warmed_up.extent, num_batches=num_batches)
            running[name] = replace(each, warmed_up=replace(each.warmed_up, extent=extent))
    return [
        f"a turn of {', '.join(cut)} is its first {num_batches:,} batches: it has no end, or an epoch takes too long"
    ]


def _level(cut: Sequence[WarmedUp]) -> int:
    """As many batches as the slowest gave, or more where the fastest gives those in no time to speak of."""
    sizes = [each.extent.num_batches for each in cut if each.extent is not None]
    after_first_ns = [each.sample.wall_ns - (each.sample.first_batch_ns or 0) for each in cut]
    batch_s = [max(1, spent) / NANOSECONDS / size for spent, size in zip(after_first_ns, sizes, strict=True)]
    return max(min(sizes), int(min(SHORTEST_TURN_S / min(batch_s), LONGEST_LEVELLED_S / max(batch_s))))


def _needs_turns(running: dict[str, _Running], case_id: str) -> bool:
    """True for a case with a wide interval, and for an anchor as long as there is one."""
    if case_id not in running:
        return False
    if is_anchor(running[case_id].case):
        return not all(each.is_settled for each in running.values())
    return not running[case_id].is_settled


def _take_turn(running: dict[str, _Running], case_id: str, number: int, outcomes: dict[str, Outcome]) -> None:
    """One turn; a case that fails is out, and the others go on."""
    if case_id not in running:
        return
    each = running[case_id]
    try:
        each.turns.append(Turn(number, each.worker.measure_turn()))
    except WorkerError as error:
        outcomes[case_id] = error
        del running[case_id]


def _describe_cuts(running: Sequence[_Running]) -> list[str]:
    """What the budget left undone: a line where intervals stayed wide."""
    wide = [each for each in running if not each.is_settled]
    if not wide:
        return []
    widths = sorted(((each.estimate().relative_width or math.inf), each.case.id) for each in wide)
    worst = ", ".join(f"{case_id} {width:.0%}" for width, case_id in reversed(widths[-3:]) if width < math.inf)
    tail = f"; widest: {worst}" if worst else ""
    begin = f"the budget ended with {len(wide)} of {len(running)} intervals wider than {SETTLED_WIDTH:.0%}"
    return [f"{begin} of their median{tail}"]


def _list_first_epochs(running: _Running) -> tuple[Turn, ...]:
    """The warm-up, where it is the first epoch of a pipeline that later turns iterate again, and nothing but that.

    The first turn of a consumer that computes also compiles; a cold turn is of a pipeline that was built for it.
    """
    case = running.case
    if find_consumer(case.consumer).computes or case.is_cold or running.is_cut:
        return ()
    return (Turn(0, running.warmed_up.sample),)


def _describe(case: Case, worker: TakesTurns, seed: int, **measured: Any) -> CaseRecord:
    """The record of a case with what was measured of it, by the fields of the record."""
    ready = worker.ready
    fields = {"warm_up": None, "turns": (), "device_use": ready.device_use, **measured}
    return CaseRecord(case, ready.setting, seed, **fields)
