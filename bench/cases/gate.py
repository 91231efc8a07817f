"""Which cases a gate compares: those of a revision, and those that two revisions have in common."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from bench.cases.selection import build_case
from bench.pipelines.arms import Arm
from mnist_core import NAMED_ORDERINGS
from reports.gate.record import Cases, Renaming
from reports.record.case import Case

STEPPED = "batch_before_map"  # beside the drained ones: a real training step, the quietest of all in noise


@dataclass(frozen=True)
class OfferedCase:
    """A case by its id, and all that makes it what it is but its name, so that a renamed one is recognised."""

    id: str
    ordering: str
    specification: str


def build_gate_cases(arm: Arm, num_examples: int) -> list[Case]:
    """Every named ordering, drained, and one that feeds a training step, if this revision knows it."""
    drained = [build_case(name, arm=arm, num_examples=num_examples) for name in NAMED_ORDERINGS]
    if STEPPED not in NAMED_ORDERINGS:
        return drained
    return [*drained, build_case(STEPPED, "step", arm=arm, num_examples=num_examples)]


def find_gate_case(case_id: str, arm: Arm, num_examples: int, consumer: str | None = None) -> Case:
    """The case that a revision knows by this id, with another consumer if one is given."""
    case = {case.id: case for case in build_gate_cases(arm, num_examples)}[case_id]
    return case if consumer is None else replace(case, consumer=consumer)


def describe_case(case: Case) -> OfferedCase:
    """What the other revision is told of a case."""
    specification = {
        "ordering": case.subject.text,
        "consumer": case.consumer,
        "arm": case.arm,
        "device": case.device,
        "num_examples": case.num_examples,
        "step_ms": case.step_ms,
        "choices": case.choices,
    }
    return OfferedCase(case.id, case.subject.text, json.dumps(specification, sort_keys=True))


def is_chosen(patterns: Sequence[str], *names: str) -> bool:
    """True if one of a case's names matches one of the patterns, or if there are none: then all are chosen."""
    return not patterns or any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def match_cases(base: Sequence[OfferedCase], head: Sequence[OfferedCase]) -> Cases:
    """The cases in both, by id, and by specification where the id is in one alone and no other case has the same."""
    base_ids, head_ids = ({case.id for case in cases} for cases in (base, head))
    gone = _by_specification([case for case in base if case.id not in head_ids])
    new = _by_specification([case for case in head if case.id not in base_ids])
    renamed = tuple(Renaming(gone[each], new[each]) for each in gone if each in new)
    old_names, new_names = {each.base for each in renamed}, {each.head for each in renamed}
    return Cases(
        compared=tuple(case.id for case in head if case.id in base_ids | new_names),
        only_in_base=tuple(case.id for case in base if case.id not in head_ids | old_names),
        only_in_head=tuple(case.id for case in head if case.id not in base_ids | new_names),
        renamed=renamed,
    )


def _by_specification(cases: Sequence[OfferedCase]) -> dict[str, str]:
    """The id of every specification that only one of the cases has."""
    counts = Counter(case.specification for case in cases)
    return {case.specification: case.id for case in cases if counts[case.specification] == 1}


def tell_changed(base: Sequence[OfferedCase], head: Sequence[OfferedCase]) -> list[str]:
    """A line for every case that has kept its name, but not its ordering."""
    before = {case.id: case.ordering for case in base}
    changed = [case for case in head if before.get(case.id, case.ordering) != case.ordering]
    return [f"{case.id} is no longer {before[case.id]}, but {case.ordering}: compared all the same" for case in changed]
