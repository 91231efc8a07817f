"""Measures what the stages of a gate ask for, round by round, until all is decided or the budget ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Protocol

from bench.gate.design import PairDesign
from bench.gate.draws import Lot, Lots
from bench.gate.pairs import Job, measure_pair
from bench.gate.slots import Slots
from reports.gate.record import Failure, GateRecord, Pair
from reports.gate.stages import PairRequest, find_next_pairs

Keep = Callable[[GateRecord], None]
INTERRUPTED = "interrupted"


class GateListener(Protocol):
    """Is told how far a gate has come; shows it, or not."""

    def notice(self, line: str) -> None:
        """A line for the user."""

    def pair_done(self, num_done: int, num_wanted: int, spent_s: float) -> None:
        """So many pairs are there of those that the present stage wants."""

    def round_done(self, stage: str, num_cases: int, spent_s: float) -> None:
        """Every one of the cases that are still open has one pair more."""


class GateRun:
    """One gate run from its empty record to the last pair.

    Args:
        record: The record before anything is measured.
        slots: The processes that workers are forked from.
        design: How pairs are measured.
        budget_s: Seconds for the measuring; no pair is begun that would probably end later.
        clock_s: The present moment in seconds, for the budget.
        listener: Is told how far the run has come.
        keep: Is given the record after every round, when it is interrupted, and at the end.
    """

    def __init__(
        self,
        record: GateRecord,
        slots: Slots,
        design: PairDesign,
        *,
        budget_s: float,
        clock_s: Callable[[], float],
        listener: GateListener,
        keep: Keep,
    ) -> None:
        self._record, self._slots, self._design = record, slots, design
        self._core = design.choose_core()
        self._budget_s, self._clock_s = budget_s, clock_s
        self._listener, self._keep = listener, keep
        self._lots = Lots(record.seed)
        self._begin_s = clock_s()

    def run(self) -> GateRecord:
        """The record with all its pairs, or with as many as the budget allowed."""
        try:
            with closing(self._slots):
                while not self._record.interruption and (requests := find_next_pairs(self._record)):
                    self._measure_round(requests)
                    self._save()
        except KeyboardInterrupt:
            self._record = replace(self._record, interruption=INTERRUPTED)
            self._save()
            raise
        return self._record

    def _save(self) -> None:
        self._record = replace(self._record, spent_s=self._spend())
        self._keep(self._record)

    def _spend(self) -> float:
        return self._clock_s() - self._begin_s

    def _measure_round(self, requests: Sequence[PairRequest]) -> None:
        """One pair more for every case that is still open, in random order."""
        stage, number = requests[0].stage, max(len(self._record.find_tried(request.series)) for request in requests)
        if number % self._design.num_shared_rounds == 0:
            self._slots.close()
        num_wanted = self._count_measured() + sum(self._count_missing(request) for request in requests)
        jobs = self._lots.shuffle(self._plan_round(requests, number), stage, number)
        for job in jobs:
            if self._budget_ends():
                self._record = replace(self._record, interruption=f"the budget of {self._budget_s:g} s ended")
                return
            self._add(measure_pair(job, self._slots.seat(job), self._design.num_turns))
            self._listener.pair_done(self._count_measured(), num_wanted, self._spend())
        self._listener.round_done(stage, len({job.request.case for job in jobs}), self._spend())

    def _plan_round(self, requests: Sequence[PairRequest], number: int) -> list[Job]:
        """A pair for each: those of head share out the lots, those of the control, tested together, toss their own."""
        gated = [request for request in requests if request.kind == "gate"]
        lots = dict(zip(gated, self._lots.draw(len(gated), f"{requests[0].stage} gate", number), strict=True))
        for request in requests:
            if request.kind == "control":
                (lots[request],) = self._lots.draw(1, f"{request.stage} control of {request.case}", number)
        return [self._plan(request, lots[request]) for request in requests]

    def _plan(self, request: PairRequest, lot: Lot) -> Job:
        return Job(request, len(self._record.find_tried(request.series)), lot, self._core)

    def _budget_ends(self) -> bool:
        """True if another pair, as long as the mean pair so far, would end after the budget."""
        measured = self._count_measured()
        mean_s = self._spend() / measured if measured else 0.0
        return self._spend() + mean_s > self._budget_s

    def _count_measured(self) -> int:
        return len(self._record.pairs) + len(self._record.failures)

    def _add(self, measured: Pair | Failure) -> None:
        if isinstance(measured, Pair):
            self._record = replace(self._record, pairs=(*self._record.pairs, measured))
        else:
            self._record = replace(self._record, failures=(*self._record.failures, measured))
            self._listener.notice(f"{measured.side} failed: {measured.reason}")
            self._slots.close()  # a failure leaves them in any state

    def _count_missing(self, request: PairRequest) -> int:
        return request.num_pairs - len(self._record.find_tried(request.series))
