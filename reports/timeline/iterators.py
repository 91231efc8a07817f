"""Which calls of tf.data's iterators belong together: those below one iterator that a consumer holds."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from reports.timeline.stage_kinds import split_path
from reports.timeline.stages import Path
from reports.xplane.events import PARENT_ID, STAGE, STEP_ID, UNKNOWN, Events
from reports.xplane.periods import Ints

DEEPEST = 1000  # a chain of stages; a longer one is a loop in a damaged file

Calls = dict[Path, Ints]  # places of the calls among the host's events, by the path of their stage


@dataclass(frozen=True)
class Origin:
    """The calls below one root.

    Args:
        kind: "Iterator", or "ReduceIterator" for a loop inside a graph.
        root: Path of the root.
        calls: The calls of each stage.
    """

    kind: str
    root: Path
    calls: Calls


def group_by_root(host: Events) -> list[Origin]:
    """The calls of each iterator that a consumer holds, those of most stages first. An epoch may have an iterator."""
    places = host.find(STAGE.match)
    if not len(places):
        return []
    numbers, paths, kinds = _number_paths(host)
    stages = numbers[host.kinds[places]]
    roots = _find_roots(host, places, stages, _find_stages_above(paths, kinds))
    order = np.lexsort((roots, stages))
    opens = np.flatnonzero(np.diff(stages[order], prepend=UNKNOWN) | np.diff(roots[order], prepend=UNKNOWN))
    groups: defaultdict[tuple[str, Path, int], Calls] = defaultdict(dict)
    for found in np.split(order, opens[1:]):
        stage = stages[found[0]]
        groups[kinds[stage], paths[stage][:1], int(roots[found[0]])][paths[stage]] = np.sort(places[found])
    origins = [Origin(kind, root, calls) for (kind, root, _), calls in groups.items()]
    return sorted(origins, key=lambda origin: len(origin.calls), reverse=True)


def _number_paths(host: Events) -> tuple[Ints, list[Path], list[str]]:
    """For each name the number of its path, the paths, and the kind of iterator of each."""
    numbers: dict[tuple[str, Path], int] = {}
    by_kind = np.full(len(host.names), UNKNOWN, np.int64)
    for place, name in enumerate(host.names):
        if STAGE.match(name):
            key = (name.partition("::")[0], split_path(name))
            by_kind[place] = numbers.setdefault(key, len(numbers))
    return by_kind, [path for _, path in numbers], [kind for kind, _ in numbers]


def _find_stages_above(paths: list[Path], kinds: list[str]) -> Ints:
    """For each path the number of the one above it; `UNKNOWN` for a root, or if no event has its name."""
    known = {(kind, path): number for number, (kind, path) in enumerate(zip(kinds, paths, strict=True))}
    above = [known.get((kind, path[:-1]), UNKNOWN) for kind, path in zip(kinds, paths, strict=True)]
    return np.array(above, np.int64)


def _find_roots(host: Events, places: Ints, stages: Ints, above: Ints) -> Ints:
    """For each call the identity of the root above its iterator, or of the last one below it that the trace names."""
    own, parents = host.look_up(STEP_ID, places), host.look_up(PARENT_ID, places)
    identities, which = np.unique(np.concatenate((own, parents)), return_inverse=True)
    iterators, inner, outer = (
        stage * len(identities) + identity
        for stage, identity in (
            (stages, which[: len(own)]),
            (stages, which[len(own) :]),  # a cache's inner iterator has the cache for a parent
            (above[stages], which[len(own) :]),
        )
    )
    _, moments = np.unique(host.periods[places, 0], return_inverse=True)
    callers = _find_callers(iterators, inner, moments)
    callers = np.where(callers != UNKNOWN, callers, _find_callers(iterators, outer, moments))
    tops = np.where((callers == UNKNOWN) | (parents == UNKNOWN), np.arange(len(places)), callers)
    for _ in range(DEEPEST.bit_length()):  # each round doubles how far up it reaches
        tops = tops[tops]
    unseen = (parents != UNKNOWN) & (above[stages] != UNKNOWN)
    return np.asarray(np.where(unseen, parents, own)[tops], np.int64)


def _find_callers(iterators: Ints, sought: Ints, moments: Ints) -> Ints:
    """For each call the place of the last call of the iterator that is sought, of those that began before it.

    An identity is an address: after an epoch it may name another iterator, with another parent.

    Args:
        iterators: Number of each call's iterator, at least 0.
        sought: Number of the iterator whose call is sought for each.
        moments: Rank of the time at which each call began.

    Returns:
        int64 array of shape (n,): the first call of the iterator where none began before; `UNKNOWN` where it has none.
    """
    order = np.lexsort((moments, iterators))
    known, firsts, numbers = np.unique(iterators[order], return_index=True, return_inverse=True)
    at = np.minimum(np.searchsorted(known, sought), len(known) - 1)
    begun = np.searchsorted(numbers * len(order) + moments[order], at * len(order) + moments, side="right") - 1
    return np.asarray(np.where(known[at] == sought, order[np.maximum(begun, firsts[at])], UNKNOWN), np.int64)
