"""Measures the cases of a stored run once more, as far as this version has them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

from bench.cases.case import Case, build_case
from bench.cases.gate import is_chosen
from bench.machine.environment import describe_machine
from bench.turns.group import Listener, measure_group
from bench.turns.schedule import Budget
from bench.workers.server import WorkerStarter
from mnist_core.language.errors import InputError
from reports.formats.results import name_case
from reports.gate.against import Again
from reports.record.record import CONTROL, CaseRecord, Record

TIMED = ("drain", "python", "step", "emulated")  # what the main job times; claims have cases of their own making


def find_cases(stored: Record, patterns: Sequence[str]) -> list[tuple[Case, CaseRecord]]:
    """The cases of a stored run that this version has too, with the same ordering, and that a pattern matches.

    Raises:
        InputError: there are none.
    """
    found = [(case, record) for record in stored.cases if (case := _rebuild(record)) is not None]
    chosen = [each for each in found if is_chosen(patterns, each[0].id)]
    if not chosen:
        known = ", ".join(case.id for case, _ in found) or "none that this version has"
        raise InputError(f"nothing can be compared: no case of the stored run matches; it has {known}.")
    return chosen


def find_missing(stored: Record, patterns: Sequence[str]) -> tuple[str, ...]:
    """The timed cases of a stored run that a pattern matches, but that this version has not, or has otherwise."""
    names = [name_case(record) for record in stored.cases if _is_timed(record) and _rebuild(record) is None]
    return tuple(name for name in names if is_chosen(patterns, name))


def _is_timed(record: CaseRecord) -> bool:
    return record.consumer in TIMED and not record.choices and record.name != CONTROL and bool(record.turns)


def _rebuild(record: CaseRecord) -> Case | None:
    """The case as it was measured; None where this version has no such case, or another one under its name."""
    if not _is_timed(record):
        return None
    num_examples = record.turns[0].sample.num_examples
    try:
        case = build_case(
            record.name,
            record.consumer,  # type: ignore[arg-type]  # one of those above
            arm=record.arm,
            num_examples=num_examples,
            step_ms=record.step_ms,
        )
    except InputError:
        return None
    same = str(case.spec.ordering) == record.ordering and case.device == record.device
    return case if same else None


def measure_again(
    cases: Sequence[tuple[Case, CaseRecord]],
    start_worker: WorkerStarter,
    budget: Budget,
    *,
    seed: int,
    clock_s: Callable[[], float],
    listener: Listener,
) -> tuple[Record, list[Again], dict[str, str]]:
    """The record of these cases now, each beside what was stored of it, and why each of the others gave no numbers.

    Raises:
        InputError: none gave numbers, or they were measured on other data than then.
    """
    outcomes = measure_group(
        [case for case, _ in cases], start_worker, budget, seed=seed, clock_s=clock_s, listener=listener
    )
    again: list[Again] = []
    failed: dict[str, str] = {}
    for case, stored in cases:
        present = outcomes[case.id]
        if isinstance(present, CaseRecord):
            again.append(Again(case.id, stored, present))
        else:
            failed[case.id] = str(present)
    now = datetime.datetime.now(tz=datetime.timezone.utc).isoformat(timespec="seconds")
    if not again:
        raise InputError(f"nothing can be compared: no case gave numbers; {next(iter(failed.values()))}")
    if again[0].stored.setting.data_fingerprint != again[0].present.setting.data_fingerprint:
        then, data = again[0].stored.setting.data_name, again[0].present.setting.data_name
        raise InputError(f"the stored run is of {then}, not of the same digits as {data}: give --data.")
    return Record(tuple(each.present for each in again), describe_machine(), now), again, failed
