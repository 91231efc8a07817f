"""Which calls of tf.data's iterators belong together: those below one iterator that a consumer holds."""

from __future__ import annotations

import bisect
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from reports.timeline.stage_kinds import split_path
from reports.timeline.stages import Path
from reports.xplane.events import PARENT_ID, STAGE, STEP_ID, UNKNOWN, Events
from reports.xplane.periods import Ints

DEEPEST = 1000  # a chain of stages; a longer one is a loop in a damaged file

Calls = dict[Path, Ints]  # places of the calls among the host's events, by the path of their stage
Parents = dict[tuple[int, int], tuple[list[int], list[int]]]  # by path and identity: from when on, and who


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
    own, parents = host.look_up(STEP_ID, places), host.look_up(PARENT_ID, places)
    starts = host.periods[places, 0]
    order = np.lexsort((starts, own, stages))
    sorted_ = np.stack((stages[order], own[order], parents[order]))
    opens = np.concatenate(([True], (sorted_[:, 1:] != sorted_[:, :-1]).any(axis=0)))
    firsts = order[np.flatnonzero(opens)]
    runs = np.empty(len(places), np.int64)
    runs[order] = np.cumsum(opens) - 1
    known = _list_parents(stages[firsts], own[firsts], parents[firsts], starts[firsts])
    above = {(kind, path): number for number, (kind, path) in enumerate(zip(kinds, paths, strict=True))}
    inputs_of = [above.get((kind, path[:-1]), UNKNOWN) for kind, path in zip(kinds, paths, strict=True)]
    roots = [
        _find_root(inputs_of, known, stage, identity, start)
        for stage, identity, start in zip(stages[firsts], own[firsts].tolist(), starts[firsts].tolist(), strict=True)
    ]
    groups: defaultdict[tuple[str, Path, int], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for run, (stage, root) in enumerate(zip(stages[firsts].tolist(), roots, strict=True)):
        groups[kinds[stage], paths[stage][:1], root][stage].append(run)
    members = np.argsort(runs, kind="stable")
    bounds = np.searchsorted(runs[members], np.arange(len(firsts) + 1))
    origins = [
        Origin(
            kind,
            root,
            {
                paths[stage]: np.sort(np.concatenate([places[members[bounds[run] : bounds[run + 1]]] for run in found]))
                for stage, found in by_stage.items()
            },
        )
        for (kind, root, _), by_stage in groups.items()
    ]
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


def _list_parents(stages: Ints, own: Ints, parents: Ints, starts: Ints) -> Parents:
    """Whose input each iterator is. An identity is an address: after an epoch it may name another iterator."""
    known: Parents = {}
    for stage, identity, parent, start in zip(
        stages.tolist(), own.tolist(), parents.tolist(), starts.tolist(), strict=True
    ):
        since, found = known.setdefault((stage, identity), ([], []))
        since.append(start)
        found.append(parent)
    return {key: _sort(*both) for key, both in known.items()}


def _sort(since: list[int], found: list[int]) -> tuple[list[int], list[int]]:
    order = sorted(range(len(since)), key=since.__getitem__)
    return [since[place] for place in order], [found[place] for place in order]


def _find_root(above: list[int], known: Parents, stage: int, identity: int, when: int) -> int:
    """The identity of the root above an iterator, or of the last one below it that the trace names."""
    for _ in range(DEEPEST):
        since, found = known.get((stage, identity), ([], []))
        parent = found[max(0, bisect.bisect_right(since, when) - 1)] if found else UNKNOWN
        if parent == UNKNOWN or (above[stage] == UNKNOWN and (stage, parent) not in known):
            return identity
        if (stage, parent) not in known:  # else a cache's inner iterator
            stage = above[stage]
        identity = parent
    return identity
