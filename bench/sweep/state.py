"""A sweep under way: what is known so far, kept after every step, and how much of the budget is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from bench.turns.group import Listener, TakesTurns
from bench.workers.worker_process import WorkerError
from mnist_core.language.errors import InputError
from reports.record.case import Case, Subject
from reports.sweep.record import Dropped, SweepRecord

Keep = Callable[[SweepRecord], None]
Start = Callable[[Case], TakesTurns]


class SweepListener(Listener, Protocol):
    """Is told how far a sweep has come."""

    def stage_begun(self, words: str, share: float) -> None:
        """A stage begins, which ends when so much of the budget is spent."""

    def pair_done(self, number: int, wanted: int, spent_s: float) -> None:
        """`number` fresh pairs of `wanted` are done, `spent_s` seconds after the sweep began."""


class OutOfTimeError(WorkerError):
    """The budget ended before a candidate was started."""


@dataclass
class SweepState:
    """What all stages of a sweep share.

    Args:
        record: What is known so far.
        subjects: The pipeline as it is, first, and the candidates, by name.
        start_worker: Gives a fresh process for a case; may raise WorkerError.
        listener: Is told how far the sweep has come.
        keep: Is given the record after every step.
        clock_s: Gives the present moment in seconds, for the budget.
        budget_s: Seconds for all of it.
    """

    record: SweepRecord
    subjects: Mapping[str, Subject]
    start_worker: Start
    listener: SweepListener
    keep: Keep
    clock_s: Callable[[], float]
    budget_s: float

    def __post_init__(self) -> None:
        self._begin_s = self.clock_s() - self.record.spent_s

    @property
    def spent_s(self) -> float:
        """Seconds since the sweep began, without those between two parts of it."""
        return self.clock_s() - self._begin_s

    def find_left_s(self, share: float = 1.0) -> float:
        """Seconds until a share of the budget is spent; below 0 where it is."""
        return share * self.budget_s - self.spent_s

    def update(self, **fields: Any) -> None:
        """Replace fields of the record, and keep it."""
        self.record = replace(self.record, **fields, spent_s=self.spent_s)
        self.keep(self.record)

    def start(self, case: Case) -> TakesTurns:
        """A fresh process for a case; a rewrite that cannot be opened is a failure of its own and ends nothing else.

        Raises:
            OutOfTimeError: It is a candidate's, and the budget has ended.
            WorkerError: It cannot be started.
            InputError: The pipeline as it is is wrong.
        """
        if case.name != self.record.original and self.find_left_s() <= 0:
            raise OutOfTimeError(f"{case.id}: the budget ended before it was started")
        try:
            return self.start_worker(case)
        except InputError as error:
            if case.name == self.record.original:
                raise
            raise WorkerError(f"{case.id}: {error}") from None

    def drop(self, name: str, why: str, *, failure: WorkerError | None = None) -> None:
        """Let a candidate be out, and say so at once.

        Args:
            name: Name of the candidate.
            why: Why it is out.
            failure: What happened where it could not be measured.
        """
        rounds = next(
            (len(each.turns) for each in self.record.cases if (each.name, each.consumer) == (name, "drain")), 0
        )
        has_failed = failure is not None and not isinstance(failure, OutOfTimeError)
        dropped = Dropped(name, rounds, why, has_failed=has_failed)
        self.record = replace(self.record, dropped=(*self.record.dropped, dropped))
        self.listener.notice(f"{name} is out{'' if failure is not None else f' after {rounds} rounds'}: {why}")
        for line in failure.list_printed() if failure is not None else ():
            self.listener.notice(line)
