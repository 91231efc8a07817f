"""Which cases a gate compares: those of a revision, and those that two revisions have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from bench.cases.selection import build_case
from bench.pipelines.arms import Arm
from mnist_core import NAMED_ORDERINGS, InputError
from reports.gate.record import Cases, Renaming
from reports.record.case import Case

PACKAGE = "mnist_core"  # whose code the cases run; each revision brings its own
STEPPED = "batch_before_map"  # beside the drained ones: a real training step, the quietest of all in noise


def build_gate_cases(arm: Arm, num_examples: int) -> list[Case]:
    """Every named ordering, drained, and one that feeds a training step, if this revision knows it."""
    drained = [build_case(name, arm=arm, num_examples=num_examples) for name in NAMED_ORDERINGS]
    if STEPPED not in NAMED_ORDERINGS:
        return drained
    return [*drained, build_case(STEPPED, "step", arm=arm, num_examples=num_examples)]


def is_chosen(patterns: Sequence[str], *names: str) -> bool:
    """True if one of a case's names matches one of the patterns, or if there are none: then all are chosen."""
    return not patterns or any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def match_cases(base: Sequence[Case], head: Sequence[Case]) -> Cases:
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


def _by_specification(cases: Sequence[Case]) -> dict[Case, str]:
    """The id of every specification that only one of the cases has: all that makes it what it is, but its name."""
    specifications = {case.id: replace(case, subject=replace(case.subject, name="")) for case in cases}
    counts = Counter(specifications.values())
    return {each: case_id for case_id, each in specifications.items() if counts[each] == 1}


def tell_changed(base: Sequence[Case], head: Sequence[Case]) -> list[str]:
    """A line for every case that has kept its name, but not its ordering."""
    before = {case.id: case.subject.text for case in base}
    after = {case.id: case.subject.text for case in head}
    changed = {case_id: text for case_id, text in after.items() if before.get(case_id, text) != text}
    return [f"{name} is no longer {before[name]}, but {text}: compared all the same" for name, text in changed.items()]


def narrow(cases: Cases, patterns: Sequence[str]) -> Cases:
    """Those cases whose id, in either revision, matches one of the patterns; all of them if there are none.

    Raises:
        InputError: None is left that both revisions have.
    """
    old_names = {each.head: each.base for each in cases.renamed}

    def choose(ids: Sequence[str]) -> tuple[str, ...]:
        return tuple(case for case in ids if is_chosen(patterns, case, old_names.get(case, case)))

    chosen = Cases(
        choose(cases.compared),
        choose(cases.only_in_base),
        choose(cases.only_in_head),
        tuple(each for each in cases.renamed if is_chosen(patterns, each.head, each.base)),
    )
    if not chosen.compared:
        wanted = f"matches {', '.join(patterns)}" if patterns else "is in both revisions"
        known = ", ".join(cases.compared or (*cases.only_in_base, *cases.only_in_head))
        raise InputError(f"nothing can be compared: no case {wanted}; there are {known}.")
    return chosen
