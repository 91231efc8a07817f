"""Measures the cases of a stored run once more, as far as this version has them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import replace

from bench.cases.gate import is_chosen
from bench.cases.selection import build_case
from bench.consumers.registry import check_case
from bench.machine.environment import describe_machine
from bench.pipelines.arms import check_arm
from bench.subjects.orderings import parse_subject
from bench.turns.group import Listener, measure_group
from bench.turns.schedule import Budget
from bench.workers.fork_server import WorkerStarter
from mnist_core import NAMED_ORDERINGS, InputError
from reports.record.case import CONTROL, Case
from reports.record.record import CaseRecord, Record


def find_cases(stored: Record, patterns: Sequence[str]) -> list[tuple[Case, CaseRecord]]:
    """The cases of a stored run that this version has too, with the same ordering, and that a pattern matches.

    Raises:
        InputError: There are none.
    """
    found = [(case, record) for record in stored.cases if (case := _rebuild(record)) is not None]
    chosen = [each for each in found if is_chosen(patterns, each[0].id)]
    if not chosen:
        known = ", ".join(case.id for case, _ in found) or "none that this version has"
        raise InputError(f"nothing can be compared: no case of the stored run matches; it has {known}.")
    return chosen


def narrow_run(stored: Record, patterns: Sequence[str]) -> Record:
    """The run with only its timed cases that a pattern matches, those that this version lacks among them."""
    chosen = (each for each in stored.cases if _is_timed(each) and is_chosen(patterns, each.case.label))
    return replace(stored, cases=tuple(chosen))


def _is_timed(record: CaseRecord) -> bool:
    return record.name != CONTROL and bool(record.turns)


def _rebuild(record: CaseRecord) -> Case | None:
    """The case as it was measured; None where this version cannot measure it, or has another one under its name."""
    if not _is_timed(record):
        return None
    case = record.case
    if case.num_examples is None and case.fitting is None and case.model is None:  # older records did not keep it
        case = replace(case, num_examples=record.turns[0].sample.num_examples)
    try:
        check_arm(case.arm)
        check_case(case)
        parse_subject(case.subject)
        is_known = case.name in NAMED_ORDERINGS and not case.subject.options
        present = build_case(case.name, arm=case.arm).subject.text if is_known else case.subject.text
    except InputError:
        return None
    return case if case.subject.text == present else None


def measure_again(
    cases: Sequence[tuple[Case, CaseRecord]],
    start_worker: WorkerStarter,
    budget: Budget,
    *,
    seed: int,
    clock_s: Callable[[], float],
    listener: Listener,
) -> tuple[Record, dict[str, str]]:
    """The record of these cases now, and why each of the others gave no numbers, by its id.

    Args:
        cases: The cases of this version, each with what was stored of it.
        start_worker: Gives a fresh process for a case.
        budget: Time and rounds for all cases together.
        seed: Seed for the random order of turns.
        clock_s: The present moment in seconds, for the budget.
        listener: Is told how far the measuring has come.

    Raises:
        InputError: None gave numbers, or they were measured on other data than then.
    """
    outcomes = measure_group(
        [case for case, _ in cases], start_worker, budget, seed=seed, clock_s=clock_s, listener=listener
    )
    found = [(outcomes[case.id], stored) for case, stored in cases]
    present = tuple(replace(now, group=then.group) for now, then in found if isinstance(now, CaseRecord))
    failed = {each: str(outcome) for each, outcome in outcomes.items() if not isinstance(outcome, CaseRecord)}
    if not present:
        raise InputError(f"nothing can be compared: no case gave numbers; {next(iter(failed.values()))}")
    then, now = cases[0][1].setting, present[0].setting
    if then.data_fingerprint != now.data_fingerprint:
        raise InputError(
            f"the stored run is of {then.data_name}, not of the same digits as {now.data_name}: give --data."
        )
    moment = datetime.datetime.now(tz=datetime.timezone.utc).isoformat(timespec="seconds")
    return Record(present, describe_machine(), moment), failed
