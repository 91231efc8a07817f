"""Pipelines from the calls of tf.data's iterators.

A stage's calls are periods of time, on whatever thread. Its own time is when it was called and none of its inputs
was. The consumer's wait is the time of the root's calls; the part of it in which a stage's own time fell is that
stage's share. So the shares of a chain add up to the wait, however many threads worked, and a prefetch that waits for a
slow map passes the blame on. A stage that works ahead unnoticed has own time, and no share.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from reports.traces.stage_kinds import MAY_BRANCH, split_path, strip_version
from reports.traces.stages import BATCH, Path, Pipeline, Stage, StageSetting, Work
from reports.xplane.events import Call, Events, Value
from reports.xplane.periods import Period, add_up, intersect, merge, subtract

DEEPEST = 1000  # a chain of stages; a longer one is a loop in a damaged file
NUMBERS = {"parallelism": "parallelism", "buffer_limit": "buffer", "buffer_size": "buffer", "batch_size": BATCH}
TUNED = "autotune"
TUNABLE = frozenset({"parallelism", "buffer_limit"})
POOL = "tf_data"  # the names of tf.data's own threads begin so
THREADS = "threadpool_size"


def build_pipelines(events: Events) -> tuple[Pipeline, ...]:
    """The pipelines of a trace; the one that its consumer waited for longest comes first."""
    groups = _merge_alike(_group_by_root(events.stages))
    pipelines = (_build_pipeline(calls, events.operations) for calls in groups)
    return tuple(sorted(pipelines, key=lambda pipeline: pipeline.wait_ps, reverse=True))


Calls = dict[Path, list[Call]]
Identity = Value | None
Parents = dict[tuple[Path, Identity], tuple[list[int], list[Identity]]]  # from when on, who


def _group_by_root(calls: Iterable[Call]) -> list[Calls]:
    """The calls of each iterator that a consumer holds: a new epoch may be a new iterator."""
    named = sorted(((split_path(call.name), call) for call in calls), key=lambda pair: pair[1].period)
    parents = _find_parents(named)
    groups: defaultdict[tuple[str, Identity], Calls] = defaultdict(lambda: defaultdict(list))
    for path, call in named:
        root = _find_root(path, call.arguments.get("id"), call.period[0], parents)
        groups[path[0], root][path].append(call)
    return sorted(groups.values(), key=len, reverse=True)


def _find_parents(named: Iterable[tuple[Path, Call]]) -> Parents:
    """Whose input each iterator is. An identity is an address: after an epoch it may name another iterator."""
    parents: Parents = {}
    for path, call in named:
        starts, found = parents.setdefault((path, call.arguments.get("id")), ([], []))
        parent = call.arguments.get("parent_id")
        if not found or found[-1] != parent:
            starts.append(call.period[0])
            found.append(parent)
    return parents


def _find_root(path: Path, identity: Identity, when: int, parents: Parents) -> Identity:
    """The identity of the root above an iterator, or of the last one below it that the trace names."""
    for _ in range(DEEPEST):
        starts, found = parents.get((path, identity), ([], []))
        if len(path) == 1 or not found:
            return identity
        parent = found[max(0, bisect.bisect_right(starts, when) - 1)]
        if parent is None:
            return identity
        path, identity = (path if (path, parent) in parents else path[:-1]), parent  # a cache's inner iterator
    return identity


def _merge_alike(groups: Iterable[Calls]) -> list[Calls]:
    """Iterators of the same stages are one pipeline; an iterator of which little was seen may fit into a longer one."""
    merged: list[Calls] = []
    for calls in groups:
        fitting = next((each for each in merged if _is_one_tree({*each, *calls})), None)
        if fitting is None:
            merged.append(calls)
            continue
        for path, more in calls.items():
            fitting.setdefault(path, []).extend(more)
    return merged


def _is_one_tree(paths: set[Path]) -> bool:
    """True if there is one root, and no stage has two inputs, except those that may."""
    inputs = defaultdict(set)
    for path in paths:
        for depth in range(len(path)):
            inputs[path[:depth]].add(path[depth])
    return all(len(names) == 1 or (path and strip_version(path[-1]) in MAY_BRANCH) for path, names in inputs.items())


def _build_pipeline(calls: Calls, operations: Sequence[Call]) -> Pipeline:
    paths = sorted({path[:depth] for path in calls for depth in range(1, len(path) + 1)})  # the root first
    busy = {path: merge(call.period for call in calls.get(path, ())) for path in paths}
    awaited = {paths[0]: busy[paths[0]]}
    for path in paths[1:]:
        awaited[path] = intersect(busy[path], awaited[path[:-1]])
    threads = {call.thread for each in calls.values() for call in each}
    near = [call for call in operations if call.thread in threads or call.thread[1].startswith(POOL)]
    inputs = _merge_inputs(busy)
    stages = tuple(
        _build_stage(path, calls.get(path, []), (busy[path], inputs[path]), subtract(awaited[path], inputs[path]), near)
        for path in paths
    )
    return Pipeline(stages, tuple(awaited[paths[0]]), _find_threads(calls.get(paths[0], [])))


def _merge_inputs(busy: Mapping[Path, list[Period]]) -> dict[Path, list[Period]]:
    """When at least one input of a stage was called, by the stage."""
    inputs: defaultdict[Path, list[Period]] = defaultdict(list)
    for path, periods in busy.items():
        inputs[path[:-1]] += periods
    return {path: merge(inputs[path]) for path in busy}


def _build_stage(
    path: Path,
    calls: Sequence[Call],
    times: tuple[Sequence[Period], Sequence[Period]],
    share: Sequence[Period],
    operations: Sequence[Call],
) -> Stage:
    busy, inputs = times
    return Stage(
        path=path,
        num_calls=len(calls),
        total_ps=add_up(busy),
        own_ps=add_up(subtract(busy, inputs)),
        share_ps=add_up(share),
        settings=_read_settings(calls),
        work=_sum_work(operations, share),
    )


def _read_settings(calls: Sequence[Call]) -> tuple[StageSetting, ...]:
    """The numbers that the calls carry, each with its last value: AUTOTUNE may have moved it."""
    ordered = sorted(calls, key=lambda call: call.period)
    found: dict[str, StageSetting] = {}
    for call in ordered:
        for argument, name in NUMBERS.items():
            if argument not in call.arguments:
                continue
            value = call.arguments[argument]
            last = found[name].value if name in found else None
            tuned = argument in TUNABLE and call.arguments.get(TUNED) == "true"
            found[name] = StageSetting(name, value if isinstance(value, int) else last, tuned)
    return tuple(found.values())


def _sum_work(operations: Sequence[Call], share: Sequence[Period]) -> tuple[Work, ...]:
    """What ran on these threads in `share`."""
    if not share:
        return ()
    sums: defaultdict[str, list[Period]] = defaultdict(list)
    for call in operations:
        if call.period[0] < share[-1][1] and call.period[1] > share[0][0]:
            sums[call.name.rpartition(":")[2]].append(call.period)
    work = [Work(kind, add_up(intersect(merge(periods), share))) for kind, periods in sums.items()]
    return tuple(sorted((each for each in work if each.duration_ps), key=lambda each: -each.duration_ps))


def _find_threads(roots: Sequence[Call]) -> int | None:
    sizes = [call.arguments.get(THREADS) for call in roots]
    return next((size for size in reversed(sizes) if isinstance(size, int) and size > 0), None)
