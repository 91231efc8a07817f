"""Measures the cases of a group together: a worker each, a warm-up each, then turns in random order."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, Protocol

from bench.cases.orderings import is_anchor
from bench.consumers.registry import find_consumer
from bench.turns.schedule import Budget, interleave
from bench.workers.protocol import Ready, WarmedUp
from bench.workers.worker_process import WorkerError
from reports.record.case import Case
from reports.record.record import CaseRecord
from reports.record.sample import Sample, Turn
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

    @property
    def latest(self) -> Sample:
        return self.turns[-1].sample if self.turns else self.warmed_up.sample

    def estimate(self) -> Estimate:
        return estimate_median([turn.sample.wall_ns for turn in self.turns])

    @property
    def is_settled(self) -> bool:
        estimate = self.estimate()
        return estimate.relative_width is not None and estimate.relative_width < SETTLED_WIDTH

    def describe(self, seed: int) -> CaseRecord:
        return describe_case(
            *(self.case, self.worker, seed),
            warm_up=self.warmed_up.sample,
            turns=tuple(self.turns),
            program=self.warmed_up.program,
            extent=self.warmed_up.extent,
            first_epochs=_list_first_epochs(self),
        )


Outcome = CaseRecord | WorkerError


class InterruptedGroupError(KeyboardInterrupt):
    """Somebody stopped the measuring of a group.

    Args:
        outcomes: What had been measured by then, by the id of the case; cases without a turn are missing.
    """

    def __init__(self, outcomes: dict[str, Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


class Group:
    """Cases that take turns, each warmed up in a worker of its own; the workers end with the block that it opens.

    Args:
        cases: Cases to measure together, so that what disturbs one turn disturbs its neighbours too.
        start_worker: Gives a fresh process for a case; may raise WorkerError.
        seed: Seed of the random order of turns, which the records keep.
        listener: Is told how far the measuring has come.
        num_batches: Batches of a turn of what is cut, as an earlier group of the same cases had them; None levels them.
    """

    def __init__(
        self,
        cases: Sequence[Case],
        start_worker: Callable[[Case], TakesTurns],
        *,
        seed: int,
        listener: Listener,
        num_batches: int | None = None,
    ) -> None:
        self._cases, self._start_worker, self._seed, self._listener = cases, start_worker, seed, listener
        self._num_batches = num_batches
        self._running: dict[str, _Running] = {}
        self._left: dict[str, _Running] = {}
        self._failed: dict[str, WorkerError] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Group:
        with ExitStack() as stack:  # what was started ends if the next one is bad input
            self._start_all(stack)
            for line in self._level_extents():
                self._listener.notice(line)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._stack.close()

    @property
    def ids(self) -> list[str]:
        """The ids of the cases that neither failed nor were let go, in their order."""
        return list(self._running)

    def needs_turns(self, case_id: str) -> bool:
        """True for a case with a wide interval, and for an anchor as long as there is one."""
        if case_id not in self._running:
            return False
        if is_anchor(self._running[case_id].case):
            return not all(each.is_settled for each in self._running.values())
        return not self._running[case_id].is_settled

    def take_turn(self, case_id: str, number: int) -> None:
        """One turn, of the round of this number; a case that fails is out, and the others go on."""
        if case_id not in self._running:
            return
        each = self._running[case_id]
        try:
            each.turns.append(Turn(number, each.worker.measure_turn()))
        except WorkerError as error:
            self._failed[case_id] = error
            del self._running[case_id]

    def let_go(self, case_id: str) -> None:
        """End the worker of a case, which keeps the turns that it has."""
        each = self._left[case_id] = self._running.pop(case_id)
        each.worker.close()

    def list_outcomes(self, *, all_turned: bool = False) -> dict[str, Outcome]:
        """The record so far, or the reason of failure, of every case, by its id.

        Args:
            all_turned: True to leave out cases that have no turn yet.
        """
        known = {**self._left, **self._running}
        found: dict[str, Outcome] = dict(self._failed)
        for each in known.values():
            if each.turns or not all_turned:
                found[each.case.id] = each.describe(self._seed)
        return {case.id: found[case.id] for case in self._cases if case.id in found}

    def predict_round_s(self) -> float:
        """Seconds that a round of all will take, if their turns take as long as the latest."""
        return sum(each.latest.wall_ns for each in self._running.values()) / NANOSECONDS

    def tell_cuts(self) -> None:
        """Tell the listener where intervals stayed wide."""
        for line in _describe_cuts(list(self._running.values())):
            self._listener.detail(line)

    def _start_all(self, stack: ExitStack) -> None:
        notices: set[str] = set()
        for number, case in enumerate(self._cases, start=1):
            self._listener.starting(case, number, len(self._cases))
            try:
                worker = self._start_worker(case)
                stack.callback(worker.close)
                for line in set(worker.ready.notices) - notices:
                    self._listener.notice(line)
                notices.update(worker.ready.notices)
                self._running[case.id] = _Running(case, worker, worker.warm_up(), [])
            except WorkerError as error:
                self._failed[case.id] = error
            self._listener.started(case, number, len(self._cases))

    def _level_extents(self) -> list[str]:
        """Let turns that are cut take equally many batches, tell those after the first from it, and say which are cut.

        Whole epochs stay as they are: where a buffer takes in all of one, its work is done before the first batch.
        """
        cut = {name: each for name, each in self._running.items() if each.is_cut}
        if not cut:
            return []
        num_batches = self._num_batches or _level([each.warmed_up for each in cut.values()])
        for name, each in cut.items():
            try:
                each.worker.fix_batches(num_batches)
            except WorkerError as error:
                self._failed[name] = error
                del self._running[name]
                continue
            if each.warmed_up.extent is not None:
                extent = replace(each.warmed_up.extent, num_batches=num_batches)
                self._running[name] = replace(each, warmed_up=replace(each.warmed_up, extent=extent))
        which = f"a turn of {', '.join(cut)} is its first {num_batches:,} batches"
        return [f"{which}: it has no end, or an epoch takes too long"]


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
    with Group(cases, start_worker, seed=seed, listener=listener) as group:
        spent_s = clock_s() - begin_s
        listener.turns_begun(budget, spent_s)
        left = replace(budget, seconds=budget.seconds - spent_s)
        turns = interleave(group.ids, left, clock_s=clock_s, seed=seed, needs_turns=group.needs_turns)
        done = 0
        try:
            for number, case_id in turns:
                if number > done:
                    listener.round_done(number, clock_s() - begin_s)
                    done = number
                group.take_turn(case_id, number)
        except KeyboardInterrupt:
            raise InterruptedGroupError(group.list_outcomes(all_turned=True)) from None
        if group.ids:
            listener.round_done(done + 1, clock_s() - begin_s)
        group.tell_cuts()
        return group.list_outcomes()


def _level(cut: Sequence[WarmedUp]) -> int:
    """As many batches as the slowest gave, or more where the fastest gives those in no time to speak of."""
    sizes = [each.extent.num_batches for each in cut if each.extent is not None]
    after_first_ns = [each.sample.wall_ns - (each.sample.first_batch_ns or 0) for each in cut]
    batch_s = [max(1, spent) / NANOSECONDS / size for spent, size in zip(after_first_ns, sizes, strict=True)]
    return max(min(sizes), int(min(SHORTEST_TURN_S / min(batch_s), LONGEST_LEVELLED_S / max(batch_s))))


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


def describe_case(case: Case, worker: TakesTurns, seed: int, **measured: Any) -> CaseRecord:
    """The record of a case with what was measured of it, by the fields of the record."""
    ready = worker.ready
    fields = {"warm_up": None, "turns": (), "device_use": ready.device_use, **measured}
    return CaseRecord(case, ready.setting, seed, **fields)
