"""Measures the cases of a group together: a worker each, a warm-up each, then turns in random order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Protocol

from bench.harness.cases import Case
from bench.harness.messages import Ready
from bench.harness.schedule import Budget, interleave
from bench.harness.workers import WorkerError
from reports.record import CaseRecord, Sample, Turn


class Measurer(Protocol):
    """What the group needs of a worker; tests bring a fake one."""

    ready: Ready

    def measure_turn(self) -> Sample:
        """One turn."""

    def close(self) -> None:
        """End it."""


class Listener(Protocol):
    """Is told how far the measuring has come; shows it, or not."""

    def notice(self, line: str) -> None:
        """A line for the user."""

    def started(self, case: Case, number: int, total: int) -> None:
        """The worker of `case`, the `number`-th of `total`, is ready and warmed up."""

    def round_done(self, number: int, spent_s: float) -> None:
        """`number` rounds are done, `spent_s` seconds after the group began."""


@dataclass(frozen=True)
class _Running:
    case: Case
    worker: Measurer
    warm_up: Sample
    turns: list[Turn]


Outcome = CaseRecord | WorkerError


def measure_group(
    cases: Sequence[Case],
    start_worker: Callable[[Case], Measurer],
    budget: Budget,
    *,
    seed: int,
    clock_s: Callable[[], float],
    listener: Listener,
) -> dict[str, Outcome]:
    """The record, or the reason of failure, of every case, by its id.

    Args:
        cases: measured together, so that what disturbs one turn disturbs its neighbours too.
        start_worker: gives a fresh process for a case; may raise WorkerError.
        budget: for the whole group, start and warm-up included.
        seed: of the random order of turns.
        clock_s: seconds, for the budget.
        listener: is told how it goes.
    """
    begin_s = clock_s()
    outcomes: dict[str, Outcome] = {}
    with ExitStack() as stack:
        running = _start_all(cases, start_worker, stack, outcomes, listener)
        left = replace(budget, seconds=budget.seconds - (clock_s() - begin_s))
        done = 0
        for number, case_id in interleave(list(running), left, clock_s=clock_s, seed=seed):
            if number > done:
                listener.round_done(number, clock_s() - begin_s)
                done = number
            _take_turn(running, case_id, number, outcomes)
    for each in running.values():
        outcomes[each.case.id] = _build_record(each, seed)
    return outcomes


def _start_all(
    cases: Sequence[Case],
    start_worker: Callable[[Case], Measurer],
    stack: ExitStack,
    outcomes: dict[str, Outcome],
    listener: Listener,
) -> dict[str, _Running]:
    running: dict[str, _Running] = {}
    notices: set[str] = set()
    for number, case in enumerate(cases, start=1):
        try:
            worker = start_worker(case)
            stack.callback(worker.close)
            for line in set(worker.ready.notices) - notices:
                listener.notice(line)
            notices.update(worker.ready.notices)
            running[case.id] = _Running(case, worker, worker.measure_turn(), [])
        except WorkerError as error:
            outcomes[case.id] = error
        listener.started(case, number, len(cases))
    return running


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


def _build_record(each: _Running, seed: int) -> CaseRecord:
    case = each.case
    return CaseRecord(
        name=case.name,
        ordering=str(case.spec.ordering),
        consumer=case.consumer,
        arm=case.arm,
        device=case.device,
        setting=each.worker.ready.setting,
        seed=seed,
        warm_up=each.warm_up,
        turns=tuple(each.turns),
    )
