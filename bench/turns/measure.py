"""The measuring for programs of one's own: no pytest, no file."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from bench.cases.pipelines import refer
from bench.consumers.registry import check_case, find_consumer
from bench.machine.clock import MachineClock
from bench.machine.environment import describe_machine
from bench.turns.captured import load_newest_trace
from bench.turns.group import Listener, Outcome, TakesTurns, measure_group
from bench.turns.readings import measure_memory
from bench.turns.schedule import Budget
from bench.workers.case_worker import CaseWorker
from bench.workers.fork_server import WorkerStarter
from bench.workers.worker_process import WorkerError
from mnist_core.digits.load import default_source
from mnist_core.language.errors import InputError
from reports.record.case import Case
from reports.record.record import CaseRecord, Record
from reports.summary.fields import PIPELINES
from reports.summary.metric import NANOSECONDS
from reports.traces.trace import Trace

TRACED = "traced"  # the consumer that captures a trace
MAX_ROUNDS = 20  # more would narrow the interval by less than a fifth in twice the time


class Silence:
    """Listens to a measuring, of a group or of a gate, and shows nothing."""

    def _ignore(self, *_told: object, **_named: object) -> None:
        pass

    notice = detail = starting = started = turns_begun = pair_done = round_done = _ignore


SILENCE = Silence()


def read_clock_s() -> float:
    """Seconds that only ever grow, for budgets."""
    return MachineClock.wall_ns() / NANOSECONDS


ReadGroup = Callable[..., Mapping[str, Outcome]]


@dataclass(frozen=True)
class Measuring:
    """How long is measured, and in which order.

    Args:
        budget: Time and rounds of a group of cases.
        seed: Seed for the random order of the turns.
        listener: Is told how far the measuring has come.
    """

    budget: Budget
    seed: int
    listener: Listener = SILENCE

    def measure(self, cases: Sequence[Case], start_worker: Callable[[Case], CaseWorker]) -> tuple[CaseRecord, ...]:
        """The records of cases that take turns together, in their order; those that are not timed are read after it.

        Raises:
            WorkerError: A case could not be measured; the message says which, and why.
        """
        timed = [case for case in cases if find_consumer(case.consumer).is_timed]
        turns = iter(self.measure_turns(timed, start_worker))
        readings = iter(self.read([case for case in cases if case not in timed], start_worker))
        return tuple(next(turns if case in timed else readings) for case in cases)

    def measure_turns(self, cases: Sequence[Case], start: Callable[[Case], TakesTurns]) -> tuple[CaseRecord, ...]:
        """The records of timed cases that take turns together, in their order.

        Raises:
            WorkerError: As `measure` does.
        """
        turns = measure_group(cases, start, self.budget, seed=self.seed, clock_s=read_clock_s, listener=self.listener)
        return tuple(_expect_record(turns[case.id]) for case in cases)

    def read(
        self, cases: Sequence[Case], start_worker: Callable[[Case], CaseWorker], measure: ReadGroup = measure_memory
    ) -> tuple[CaseRecord, ...]:
        """The records of cases that are not timed, one after the other, in their order.

        Args:
            cases: The cases.
            start_worker: Gives a fresh process for a case.
            measure: What reads them: what they hold, or which stage their time goes to.

        Raises:
            WorkerError: As `measure` does.
        """
        readings = measure(cases, start_worker, seed=self.seed, clock_s=read_clock_s, listener=self.listener)
        return tuple(_expect_record(readings[case.id]) for case in cases)

    def scale(self, share: float) -> Measuring:
        """The same in a share of the time."""
        return replace(self, budget=replace(self.budget, seconds=self.budget.seconds * share))


def gather_pipelines(
    cases: Sequence[CaseRecord], group: str = PIPELINES, *, has_reference: bool = True
) -> tuple[CaseRecord, ...]:
    """The cases of one group, whose ratios are to the first pipeline that could be measured.

    Args:
        cases: Records of cases that took turns together.
        group: Name of the group.
        has_reference: False if there are no ratios in it.
    """
    named = {each.name: each.case.subject for each in cases}
    apart = [replace(each, reference=None) for each in named.values()]
    subjects = {each.name: each for each in (refer(apart) if has_reference else apart)}
    return tuple(replace(each, case=replace(each.case, subject=subjects[each.name]), group=group) for each in cases)


def build_record(cases: Sequence[CaseRecord]) -> Record:
    """The record of what was measured on this machine just now."""
    now = datetime.datetime.now(tz=datetime.timezone.utc)
    return Record(tuple(cases), describe_machine(), now.isoformat(timespec="seconds"))


def capture(case: Case, folder: Path, *, source: str | None = None) -> Trace:
    """The trace of a training step that the case's pipeline feeds, captured in a fresh process and read back.

    Args:
        case: What to trace; its consumer is "traced".
        folder: The folder that takes the trace, in TensorBoard's layout.
        source: Where the digits come from, as `load_digits` takes it.

    Raises:
        InputError: The digits or the ordering cannot be used.
        WorkerError: The case could not be traced.
        TraceError: The trace lacks what makes it worth opening.

    Example:
        >>> trace = capture(build_case("post", "traced"), Path("runs/traced"))
        >>> share = trace.verdict.input_share
    """
    check_case(case)
    if case.consumer != TRACED:
        raise InputError(f"a trace is captured of the consumer {TRACED}, got {case.consumer}.")
    with closing(WorkerStarter(source or default_source())(case)) as worker:
        worker.capture_trace(folder)
    return load_newest_trace(folder, case.device)


def check_together(cases: Sequence[Case]) -> None:
    """Check that there are cases, each of which can be measured and told from the others.

    Raises:
        InputError: It is otherwise; the message says of which case.
    """
    if not cases:
        raise InputError('there is nothing to measure: give a case, such as build_case("post").')
    for case in cases:
        check_case(case)
        if case.consumer == TRACED:
            raise InputError(f"{case.id} takes no turns: give it to capture.")
    names = Counter((case.id, find_consumer(case.consumer).is_timed) for case in cases)  # a reading has its case's id
    if twice := [name for (name, _), count in names.items() if count > 1]:
        raise InputError(f"two cases have the id {twice[0]}: give their subjects names of their own.")


def _expect_record(outcome: Outcome) -> CaseRecord:
    if isinstance(outcome, WorkerError):
        raise outcome
    return outcome
