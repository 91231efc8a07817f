"""What is not the same about two runs, apart from what they measured."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from reports.summary.identity import Facts
from reports.summary.summary import Summary


@dataclass(frozen=True)
class Difference:
    """One fact that is not the same.

    Args:
        name: Name of the fact, such as "tensorflow".
        first: Value in the first run; empty where that does not tell.
        second: Value in the second run, likewise.
        is_of_machine: True if it makes the two runs those of two machines.
        is_of_program: True if it is what TensorFlow made of one case.
    """

    name: str
    first: str
    second: str
    is_of_machine: bool = False
    is_of_program: bool = False


def find_differences(first: Summary, second: Summary) -> tuple[Difference, ...]:
    """The machine, the versions, what surrounded the runs, and what TensorFlow made of the same ordering.

    What makes it another machine is what both tell and tell differently. Surroundings are compared where both tell of
    any: what one of them lacks then was not there.
    """
    surroundings = (first.environment, second.environment)
    return (
        *_compare(first.machine, second.machine, of_machine=True),
        *_compare(first.versions, second.versions, of_machine=False),
        *(_compare(*surroundings, of_machine=False) if all(surroundings) else ()),
        *_compare_options(first, second),
        *_compare_programs(first, second),
    )


def _compare(first: Facts, second: Facts, *, of_machine: bool) -> list[Difference]:
    ours, theirs = dict(first), dict(second)
    names = dict.fromkeys([*ours, *theirs])
    return [
        Difference(name, ours.get(name, ""), theirs.get(name, ""), of_machine and name in ours and name in theirs)
        for name in names
        if ours.get(name) != theirs.get(name)
    ]


def _compare_options(first: Summary, second: Summary) -> list[Difference]:
    """How pytest-benchmark measured the cases that both have, where both tell."""
    theirs = {case.identity: dict(case.options) for case in second.cases}
    pairs = [(dict(case.options), theirs[case.identity]) for case in first.cases if case.identity in theirs]
    unlike = Counter(
        (name, ours[name], others[name])
        for ours, others in pairs
        for name in ours.keys() & others.keys()
        if ours[name] != others[name]
    )
    return [
        Difference(name if count == len(pairs) else f"{name} of {count} of {len(pairs)} cases", ours, others)
        for (name, ours, others), count in sorted(unlike.items())
    ]


def _compare_programs(first: Summary, second: Summary) -> list[Difference]:
    chains = {case.identity: case.chain for case in second.cases}
    return [
        Difference(f"{case.identity.label} runs as", case.chain, other, is_of_program=True)
        for case in first.cases
        if case.chain and (other := chains.get(case.identity)) and other != case.chain
    ]
