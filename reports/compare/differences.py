"""What is not the same about two runs, apart from what they measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.summary.identity import Facts
from reports.summary.summary import Summary

UNKNOWN = "?"


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

    What makes it another machine is what two runs tell and tell differently; of a side that was joined of several, each
    of them counts. Surroundings are compared where all tell of any: what one of them lacks then was not there.
    """
    sides = first.members, second.members
    machines, versions, surroundings = (
        [[getattr(run, name) for run in side] for side in sides] for name in ("machine", "versions", "environment")
    )
    return (
        *_compare(*machines, of_machine=True),
        *_compare(*versions, of_machine=False),
        *(_compare(*surroundings, of_machine=False) if all(map(all, surroundings)) else ()),
        *_compare_options(first, second),
        *_compare_programs(first, second),
    )


def _compare(first: Sequence[Facts], second: Sequence[Facts], *, of_machine: bool) -> list[Difference]:
    """What is not the same in all runs of both sides."""
    found = []
    for name in dict.fromkeys(name for facts in (*first, *second) for name, _ in facts):
        ours, theirs = (dict.fromkeys(dict(facts).get(name, "") for facts in side) for side in (first, second))
        if len(ours | theirs) > 1:
            is_other = of_machine and len((ours | theirs).keys() - {""}) > 1
            found.append(Difference(name, _show_values(ours), _show_values(theirs), is_other))
    return found


def _show_values(values: Iterable[str]) -> str:
    """Such as: 8 and 16; empty where none is known."""
    return " and ".join(value or UNKNOWN for value in values) if any(values) else ""


def _compare_options(first: Summary, second: Summary) -> list[Difference]:
    """How pytest-benchmark measured the cases that both have, where both tell."""
    theirs = {case.identity: _gather(case.options) for case in second.cases}
    pairs = [(_gather(case.options), theirs[case.identity]) for case in first.cases if case.identity in theirs]
    unlike = Counter(
        (name, _show_values(ours[name]), _show_values(others[name]))
        for ours, others in pairs
        for name in ours.keys() & others.keys()
        if len(ours[name] | others[name]) > 1
    )
    return [
        Difference(name if count == len(pairs) else f"{name} of {count} of {len(pairs)} cases", ours, others)
        for (name, ours, others), count in sorted(unlike.items())
    ]


def _gather(options: Facts) -> dict[str, dict[str, None]]:
    """The values of each option: several where runs were joined that differ."""
    found: dict[str, dict[str, None]] = {}
    for name, value in options:
        found.setdefault(name, {})[value] = None
    return found


def _compare_programs(first: Summary, second: Summary) -> list[Difference]:
    chains = {case.identity: case.chain for case in second.cases}
    return [
        Difference(f"{case.identity.label} runs as", case.chain, other, is_of_program=True)
        for case in first.cases
        if case.chain and (other := chains.get(case.identity)) and other != case.chain
    ]
