"""Benchmarks that lie in another folder in the second run: found again by what is left of their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from reports.summary.identity import Identity
from reports.summary.summary import Summary

ARROW = " -> "  # between the old and the new name
SPLIT = "::"  # between the file and the names in it, as pytest writes it


def follow_moves(first: Summary, second: Summary) -> tuple[Summary, tuple[str, ...]]:
    """The second run with the first one's names where a benchmark only moved, and a text for each of these.

    Of the benchmarks of other projects that only one run has under their full names, two are the same if they share
    more of the end of these names than any others do: folders and file, or at least what follows the file.
    """
    ours, theirs = (_list_lonely(run, other) for run, other in ((first, second), (second, first)))
    moved: dict[Identity, Identity] = {}
    deepest = max((len(_split(each)) for each in ours), default=0)
    for length in range(deepest, 0, -1):
        left, right = (_find_unique(each, length) for each in (ours, theirs))
        found = {right[ending]: ours_each for ending, ours_each in left.items() if ending in right}
        moved.update(found)
        ours = [each for each in ours if each not in found.values()]
        theirs = [each for each in theirs if each not in found]
    cases = tuple(replace(case, identity=moved.get(case.identity, case.identity)) for case in second.cases)
    return replace(second, cases=cases), tuple(f"{old.label}{ARROW}{new.label}" for new, old in moved.items())


def sum_up_moves(moved: Sequence[str]) -> tuple[str, ...]:
    """The moves in few words where all of several are one: that of their folder or file."""
    steps = {_find_step(*text.split(ARROW, 1)) for text in moved}
    return (f"{len(moved)} from {ARROW.join(steps.pop())}",) if len(steps) == 1 < len(moved) else tuple(moved)


def _find_step(old: str, new: str) -> tuple[str, str]:
    """What is left of two names without the parts at their ends that are the same."""
    parts = [list(_split_label(name)) for name in (old, new)]
    while all(parts) and parts[0][-1] == parts[1][-1]:
        for each in parts:
            each.pop()
    before, after = ("/".join(each) or "." for each in parts)
    return before, after


def _list_lonely(run: Summary, other: Summary) -> list[Identity]:
    theirs = {case.identity for case in other.cases}
    return [case.identity for case in run.cases if not case.consumer and case.identity not in theirs]


def _find_unique(identities: Sequence[Identity], length: int) -> dict[tuple[str, ...], Identity]:
    """By the last parts of their names, those which no other shares."""
    endings = [(_split(each)[-length:], each) for each in identities if len(_split(each)) >= length]
    counts = Counter(ending for ending, _ in endings)
    return {ending: each for ending, each in endings if counts[ending] == 1}


def _split(identity: Identity) -> tuple[str, ...]:
    return _split_label(identity.label)


def _split_label(label: str) -> tuple[str, ...]:
    """The folders, the file, and all that follows it as one."""
    file, split, name = label.partition(SPLIT)
    return (*file.split("/"), name) if split else (file,)
