"""What the pipeline as it is and the candidates that are left hold, how well they mix, how busy they keep a device."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.cases.pipelines import build_fed, build_mixed, build_read
from bench.sweep.state import SweepState
from bench.turns.group import Outcome, measure_group
from bench.turns.measure import SILENCE
from bench.turns.readings import measure_memory, measure_mixing
from bench.turns.schedule import Budget
from bench.workers.worker_process import WorkerError
from reports.record.case import Case, Subject
from reports.record.record import CaseRecord
from reports.stats.median import FEWEST_VALUES

FEEDING_SHARE = 0.5  # of the time that is left, where an accelerator is fed too


@dataclass
class _Kind:
    """A kind of reading.

    Args:
        words: What is read.
        build: Gives the cases that read it.
        measure: Reads them.
        seconds: About how long one takes, as far as that is known.
    """

    words: str
    build: Callable[[Sequence[Subject]], list[Case]]
    measure: Callable[..., Mapping[str, Outcome]]
    seconds: float


def read_all(state: SweepState, winner: str | None) -> None:
    """Read what there is time for, of the pipeline as it is and the winner first; what is left out is kept in words.

    Args:
        state: What the stages of the sweep share.
        winner: Name of the candidate that won the race; None where none did.
    """
    record = state.record
    first = [record.original] if winner is None else [record.original, winner]
    names = list(dict.fromkeys((*first, *record.left)))
    if record.plan.step_ms is not None:
        _feed(state, names, record.plan.step_ms)
    kinds = (_Kind("memory", build_read, measure_memory, 12.0), _Kind("mixing", build_mixed, measure_mixing, 6.0))
    missing: dict[str, list[str]] = {kind.words: [] for kind in kinds}
    for some in (names[: len(first)], names[len(first) :]):
        for kind, name in itertools.product(kinds, some):
            if not _read(state, kind, name):
                missing[kind.words].append(name)
    unread = [f"no time to read the {words} of {', '.join(each)}" for words, each in missing.items() if each]
    state.update(unread=(*state.record.unread, *unread))


def _read(state: SweepState, kind: _Kind, name: str) -> bool:
    """Read one thing of one pipeline; False where there is no time for it."""
    (case,) = kind.build([state.subjects[name]])
    if _has(state, case):
        return True
    begin_s = state.clock_s()
    if kind.seconds > state.find_left_s():
        return False
    outcomes = kind.measure([case], state.start, seed=state.record.seed, clock_s=state.clock_s, listener=state.listener)
    kind.seconds = state.clock_s() - begin_s
    _keep(state, [case], outcomes)
    return True


def _feed(state: SweepState, names: Sequence[str], step_ms: float) -> None:
    """Feed an accelerator, in turns; of those without a turn nothing is kept."""
    cases = build_fed([state.subjects[name] for name in names], step_ms)
    if all(_has(state, case) for case in cases):
        return
    budget = Budget(FEEDING_SHARE * state.find_left_s(), 1, FEWEST_VALUES)
    if budget.seconds <= 0:
        state.update(unread=(f"no time to feed an accelerator with a step of {step_ms:g} ms",))
        return
    outcomes = measure_group(
        cases, state.start, budget, seed=state.record.seed, clock_s=state.clock_s, listener=SILENCE
    )
    _keep(state, cases, outcomes)


def _has(state: SweepState, case: Case) -> bool:
    return any((each.name, each.consumer) == (case.name, case.consumer) for each in state.record.cases)


def _keep(state: SweepState, cases: Sequence[Case], outcomes: Mapping[str, Outcome]) -> None:
    """Keep what was read; what failed is told, and is missing."""
    read: list[CaseRecord] = []
    for case in cases:
        outcome = outcomes[case.id]
        if isinstance(outcome, WorkerError):
            state.listener.notice(outcome.name_pipeline(case.name, case.id))
        else:
            read.append(outcome)
    state.update(cases=(*state.record.cases, *read))
