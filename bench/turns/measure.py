"""The measuring as two calls, for programs of one's own: no pytest, no bar, no file."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from bench.consumers.registry import check_case, find_consumer
from bench.machine.clock import MachineClock
from bench.machine.environment import describe_machine
from bench.turns.captured import load_newest_trace
from bench.turns.group import Outcome, measure_group, measure_memory
from bench.turns.schedule import Budget
from bench.workers.fork_server import WorkerStarter
from bench.workers.worker_process import WorkerError
from mnist_core.digits.load import default_source
from mnist_core.language.errors import InputError
from reports.record.case import Case
from reports.record.record import CaseRecord, Record
from reports.stats.median import FEWEST_VALUES
from reports.summary.metric import NANOSECONDS
from reports.traces.trace import Trace

TRACED = "traced"  # the consumer that captures a trace
MAX_ROUNDS = 20  # more would narrow the interval by less than a fifth in twice the time


class Silence:
    """Listens to a measuring, of a group or of a gate, and shows nothing."""

    def _ignore(self, *_told: object, **_named: object) -> None:
        pass

    notice = started = pair_done = round_done = _ignore


SILENCE = Silence()


def read_clock_s() -> float:
    """Seconds that only ever grow, for budgets."""
    return MachineClock.wall_ns() / NANOSECONDS


def measure(
    *cases: Case,
    source: str | None = None,
    seconds: float = 60.0,
    min_rounds: int = FEWEST_VALUES,
    max_rounds: int = MAX_ROUNDS,
    seed: int = 0,
) -> Record:
    """The record of cases that take turns on this machine, each in a fresh process of its own.

    Cases of the consumer "memory" are read one after the other instead, since nothing is timed there. A script that
    calls this needs ``if __name__ == "__main__":`` around the call, since the processes import it.

    Args:
        cases: What to measure together, so that what disturbs one of them disturbs the others too.
        source: Where the digits come from, as `load_digits` takes it.
        seconds: The time after which no new round of turns is begun, start and warm-up included.
        min_rounds: Rounds of turns that are measured however long they take; 6 are the fewest with a 95 % interval.
        max_rounds: Rounds of turns after which the measuring ends, however much time is left.
        seed: Seed for the random order of the turns.

    Raises:
        InputError: The digits or an ordering cannot be used, or these cases cannot be measured together.
        WorkerError: A case could not be measured; the message says which, and why.

    Example:
        >>> record = measure(build_case("post"), build_case("batch_before_map"), seconds=30)
        >>> [case.name for case in record.cases]
        ['post', 'batch_before_map']
    """
    _check_together(cases)
    if not 1 <= min_rounds <= max_rounds:
        raise InputError(f"rounds must be 1 <= min_rounds <= max_rounds, got {min_rounds} and {max_rounds}.")
    start_worker = WorkerStarter(source or default_source())
    timed = [case for case in cases if find_consumer(case.consumer).is_timed]
    read = [case for case in cases if case not in timed]
    budget = Budget(seconds, min_rounds, max_rounds)
    turns = measure_group(timed, start_worker, budget, seed=seed, clock_s=read_clock_s, listener=SILENCE)
    readings = measure_memory(read, start_worker, seed=seed, clock_s=read_clock_s, listener=SILENCE)
    records = tuple(_expect_record((readings if case in read else turns)[case.id]) for case in cases)
    now = datetime.datetime.now(tz=datetime.timezone.utc)
    return Record(records, describe_machine(), now.isoformat(timespec="seconds"))


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


def _check_together(cases: Sequence[Case]) -> None:
    """Check that there are cases, each of which can be measured and told from the others."""
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
