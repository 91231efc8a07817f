"""Pipelines from the calls of tf.data's iterators.

A stage's calls are periods of time, on whatever thread. Its own time is when it was called and none of its inputs
was. The consumer's wait is the time of the root's calls; the part of it in which a stage's own time fell is that
stage's share. So the shares of a chain add up to the wait, however many threads worked, and a prefetch that waits for a
slow map passes the blame on. A stage that works ahead unnoticed has own time, and no share.

Every consumer has pipelines of its own: those of the steps, those that the program asks between its steps, and those of
each other thread.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.timeline.fetches import ELSEWHERE, LOOP, Fetches, find_runs, is_fetch
from reports.timeline.iterators import Calls, Origin, group_by_root
from reports.timeline.marks import Marks
from reports.timeline.stage_kinds import MAY_BRANCH, UNSEEN_INPUT, find_kind, strip_version
from reports.timeline.stages import BATCH, BESIDE, ROOT, Path, Pipeline, Stage, StageSetting, Work
from reports.xplane.events import CAPTURED_FUNCTION, OPERATION, SETTINGS, STEP_ID, UNKNOWN, Events
from reports.xplane.periods import EMPTY, Ints, Periods, add_up, intersect, merge, subtract, unite

NUMBERS = {"parallelism": "parallelism", "buffer_limit": "buffer", "buffer_size": "buffer", "batch_size": BATCH}
TUNABLE = frozenset({"parallelism", "buffer_limit"})
POOL = "tf_data"  # the names of tf.data's own threads begin so
THREADS = "threadpool_size"
BODY = "Scan"  # AutoGraph makes of `for x in dataset` a scan that holds the body, and a reduce
REDUCTION = "Reduce"  # dataset.reduce, which takes each element when it has come
ABOVE_BODY = frozenset({ROOT, "Model", "Options", "MaxIntraOpParallelism", "Prefetch", "TakeWhile"})
NO_CALLS: Ints = np.empty(0, np.int64)
UNSEEN = "nobody who is in the trace"  # the call of the root was under way when the capture began or ended
SHORTEST_EPOCH = 3  # calls of an iterator, by which two that take turns are told from two at once
FEEDER, SOURCE_OF_FED = "tf_data_multi_device_iterator", "Generator"  # of tf.distribute's iterators
HANDOVER = "Prefetch"  # does nothing but hand over: while it waits, its input is being called


@dataclass(frozen=True)
class _Consumer:
    """Who holds an iterator: steps of these names, or else who, in words."""

    serves: tuple[str, ...]
    name: str
    line: int = UNKNOWN  # of a thread: two of one name are two consumers


def build_pipelines(host: Events, marks: Marks, fetches: Fetches) -> tuple[Pipeline, ...]:
    """The pipelines of a capture: those of steps first, then the one that its consumer waited for longest."""
    origins = group_by_root(host)
    groups = _merge_alike(host, ((_find_consumer(host, marks, fetches, origin), origin) for origin in origins))
    work = _Work(host)
    pipelines = [_build_pipeline(host, consumer, origin, work) for consumer, origin in groups]
    for place, (consumer, origin) in enumerate(groups):
        fed = next((each for each in pipelines if FEEDER in consumer.name and _is_fed(each)), None)
        if fed is not None:
            of_steps = _Consumer(fed.serves, f"{fed.consumer}, for all devices")
            pipelines[place] = _build_pipeline(host, of_steps, origin, work, fed.waits)
    return tuple(sorted(pipelines, key=lambda each: (not each.serves, _is_fed(each), -each.wait_ps)))


def _is_fed(pipeline: Pipeline) -> bool:
    """True for what hands out to one device what another pipeline made: no generator of Python, whatever its name."""
    return bool(pipeline.serves) and [each.name for each in pipeline.stages[1:] if each.name != HANDOVER] == [
        SOURCE_OF_FED
    ]


def _find_consumer(host: Events, marks: Marks, fetches: Fetches, origin: Origin) -> _Consumer:
    roots = origin.calls.get(origin.root, np.empty(0, np.int64))
    at = np.searchsorted(fetches.places, roots)
    steps = fetches.steps[at]
    serves = tuple(sorted({marks.names[step] for step in steps[steps != ELSEWHERE].tolist()}))
    if serves:
        return _Consumer(serves, ", ".join(serves))
    if fetches.beside_steps[at].any():
        return _Consumer((), BESIDE)
    threads = {host.threads[line].name.partition("/")[0] for line in np.unique(host.lines[roots]).tolist()}
    return _Consumer(
        (),
        f"thread {', '.join(sorted(threads))}" if threads else UNSEEN,
        int(host.lines[roots[0]]) if threads else UNKNOWN,
    )


def _merge_alike(host: Events, origins: Iterable[tuple[_Consumer, Origin]]) -> list[tuple[_Consumer, Origin]]:
    """Iterators of one consumer with the same stages are one pipeline, if one was asked after the other, as in epochs.

    An iterator of which little was seen fits a longer.
    """
    merged: list[tuple[_Consumer, Origin, list[Periods]]] = []
    ordered = sorted(origins, key=lambda pair: (pair[0].name == UNSEEN, not pair[0].serves, -len(pair[1].calls)))
    for consumer, origin in ordered:
        life = _find_life(host, origin)
        fitting = next(
            (
                (other, lives)
                for same, other, lives in merged
                if (consumer == same or consumer.name == UNSEEN) and _fits(other, origin) and _is_apart(life, lives)
            ),
            None,
        )
        if fitting is None:
            merged.append((consumer, origin, [life]))
            continue
        other, lives = fitting
        lives.append(life)
        for path, places in origin.calls.items():
            other.calls[path] = np.concatenate((other.calls.get(path, np.empty(0, np.int64)), places))
    return [(consumer, origin) for consumer, origin, _ in merged]


def _find_life(host: Events, origin: Origin) -> Periods:
    """The times at which an iterator was asked; none if nobody is seen to ask it, or it only hands out."""
    roots = origin.calls.get(origin.root, NO_CALLS)
    if {path[-1] for path in origin.calls} <= {*origin.root, HANDOVER, SOURCE_OF_FED}:
        return EMPTY
    return host.periods[roots]


def _is_apart(life: Periods, lives: Sequence[Periods]) -> bool:
    """True if iterators were asked one after the other.

    One that is gone leaves its number to a later one, so that the third epoch looks like the first one going on: their
    turns are then epochs of one length, of which the first and the last may be in the capture in part.
    """
    asked = np.concatenate((life, *lives))
    owners = np.repeat(np.arange(1 + len(lives)), [len(each) for each in (life, *lives)])
    order = np.argsort(asked[:, 0], kind="stable")
    asked, ends = asked[order], np.flatnonzero(np.diff(owners[order])) + 1
    if np.any(asked[ends, 0] < np.maximum.accumulate(asked[:, 1])[ends - 1]):
        return False
    first, *inner, last = np.diff([0, *ends, len(asked)]).tolist() if len(ends) else (0, 0)
    if len(ends) <= len(lives):  # each of them once
        return True
    return bool(min(inner) >= SHORTEST_EPOCH and max(first, last, *inner) <= min(inner) + 1)


def _fits(origin: Origin, other: Origin) -> bool:
    return origin.kind == other.kind and _is_one_tree({*origin.calls, *other.calls})


def _is_one_tree(paths: set[Path]) -> bool:
    """True if there is one root, and no stage has two inputs, except those that may."""
    inputs = defaultdict(set)
    for path in paths:
        for depth in range(len(path)):
            inputs[path[:depth]].add(path[depth])
    return all(len(names) == 1 or (path and strip_version(path[-1]) in MAY_BRANCH) for path, names in inputs.items())


def _build_pipeline(
    host: Events, consumer: _Consumer, origin: Origin, work: _Work, within: Periods | None = None
) -> Pipeline:
    """A pipeline; what its consumer waited for is only told of the time `within`, where that is given."""
    calls, loops = _enter_loop(origin)
    paths = _list_paths(calls)
    busy = {path: merge(host.periods[calls[path]]) if path in calls else EMPTY for path in paths}
    busy |= {path: busy[path[:-1]] for path in paths if path[-1] == UNSEEN_INPUT}
    inputs = {path: [each for each in paths if each[:-1] == path] for path in paths}
    in_flight = _add_calls_in_flight(host, paths, busy, inputs)
    awaited = {paths[0]: busy[paths[0]] if within is None else intersect(busy[paths[0]], within)}
    for path in paths[1:]:
        awaited[path] = intersect(busy[path], awaited[path[:-1]])
    near = work.of_threads(np.unique(np.concatenate([host.lines[places] for places in calls.values()])))
    stages = []
    for path in paths:
        asked = unite(*(busy[each] for each in inputs[path]))
        share = subtract(awaited[path], asked)
        stages.append(
            Stage(
                path=path,
                num_calls=len(calls.get(path, ())),
                total_ps=add_up(busy[path]),
                own_ps=add_up(subtract(busy[path], asked)),
                share_ps=add_up(share),
                settings=_read_settings(
                    host, origin.calls.get(path, NO_CALLS) if path == paths[0] else calls.get(path, NO_CALLS)
                ),
                work=_sum_work(near, share),
            )
        )
    threads = _find_threads(host, origin.calls.get(origin.root, np.empty(0, np.int64)))
    told = None
    if in_flight is not None:
        path, missing = in_flight
        unexplained = subtract(awaited[path], unite(*(busy[each] for each in inputs[path])))
        told = (path[-1], add_up(intersect(missing, unexplained)))
    return Pipeline(
        stages=tuple(stages),
        waits=awaited[paths[0]],
        num_threads=threads,
        consumer=consumer.name,
        serves=consumer.serves,
        in_flight=told if told and told[1] else None,
        loops=loops,
    )


def _list_paths(calls: Calls) -> list[Path]:
    """The stages, the root first. While a prefetch is waited for, its input is called, be it in the trace or not."""
    paths = {path[:depth] for path in calls for depth in range(1, len(path) + 1)}
    ends = paths - {path[:-1] for path in paths}
    return sorted(paths | {(*path, UNSEEN_INPUT) for path in ends if strip_version(path[-1]) == HANDOVER})


def _enter_loop(origin: Origin) -> tuple[Calls, str | None]:
    """The calls as the body of a loop inside a graph makes them, whose stage is no wait: it holds the step itself.

    A ``dataset.reduce`` has none, and every call of its root is a wait. Where the trace holds no stage so deep that a
    body may not stand above it, nobody can tell which of the two it was.
    """
    if origin.kind != LOOP:
        return origin.calls, None
    bodies = {path[: path.index(BODY) + 1] for path in origin.calls if BODY in path}
    body = next(
        (path for path in sorted(bodies, key=len) if ABOVE_BODY.issuperset(map(strip_version, path[:-1]))), None
    )
    if body is None:
        is_reduction = any(not ABOVE_BODY.issuperset(map(strip_version, path)) for path in origin.calls)
        return origin.calls, REDUCTION if is_reduction else None
    below = {(path[0], *path[len(body) :]): places for path, places in origin.calls.items() if len(path) > len(body)}
    inside = {path: places for path, places in below.items() if len(path) > 1}
    asked = [places for path, places in inside.items() if len(path) == 2]  # noqa: PLR2004  # the root, and the first stage
    return ({origin.root: np.concatenate(asked), **inside} if asked else origin.calls), BODY if asked else None


def _add_calls_in_flight(
    host: Events, paths: Sequence[Path], busy: dict[Path, Periods], inputs: Mapping[Path, Sequence[Path]]
) -> tuple[Path, Periods] | None:
    """Add to `busy` the call that was under way when the capture began, and of which no event tells.

    It is known where a prefetch was waited for, which hands over and no more, before the first call of its input.
    """
    handover = next((path for path in paths if strip_version(path[-1]) == HANDOVER and len(inputs[path]) == 1), None)
    if handover is None or host.span is None:
        return None
    path = inputs[handover][0]
    missing = _find_missing(host.span[0], busy[path], busy[handover])
    if not len(missing):
        return None
    while len(below := inputs[path]) == 1 and _works_longer(below[0], path, busy, inputs):
        busy[path] = unite(busy[path], missing)
        path = below[0]
        missing = subtract(missing, busy[path])
    busy[path] = unite(busy[path], missing)
    return path, missing


def _find_missing(start: int, calls: Periods, waits: Periods) -> Periods:
    """The waits before the first of these calls, which none of them explains."""
    first = int(calls[0, 0]) if len(calls) else int(waits[-1, 1]) if len(waits) else start
    return intersect(waits, np.array([[start, first]], np.int64))


def _works_longer(path: Path, above: Path, busy: Mapping[Path, Periods], inputs: Mapping[Path, Sequence[Path]]) -> bool:
    """True if the stage above waits for this one: its calls in the capture take longer than what that does itself."""
    if strip_version(above[-1]) == HANDOVER:
        return True
    if not len(busy[path]) or not len(busy[above]) or find_kind(above[-1]).works_ahead:
        return False
    own = subtract(busy[above], unite(*(busy[each] for each in inputs[above])))
    return add_up(busy[path]) > add_up(own)


def _read_settings(host: Events, places: Ints) -> tuple[StageSetting, ...]:
    """The numbers that the calls carry, each with its last value: AUTOTUNE may have moved it."""
    found: dict[str, StageSetting] = {}
    for kind in np.unique(host.kinds[places]).tolist():
        for argument in SETTINGS:
            setting = host.settings.get((host.names[kind], argument))
            if setting is not None and argument in NUMBERS:
                name = NUMBERS[argument]
                found[name] = StageSetting(name, setting.value, setting.tuned and argument in TUNABLE)
    return tuple(found.values())


def _find_threads(host: Events, roots: Ints) -> int | None:
    names = {host.names[kind] for kind in np.unique(host.kinds[roots]).tolist()}
    sizes = [host.settings[name, THREADS].value for name in names if (name, THREADS) in host.settings]
    return next((size for size in sizes if size), None)


class _Work:
    """TensorFlow's operations by their type, to be looked up by the pipeline that ran them."""

    def __init__(self, host: Events) -> None:
        types = [name.rpartition(":")[2] for name in host.names]
        self.types = sorted(set(types))
        numbers = {name: number for number, name in enumerate(self.types)}
        by_kind = np.array([numbers[name] for name in types], np.int32)
        self._host = host
        self._places = host.find(lambda name: OPERATION.fullmatch(name) and not is_fetch(name.rpartition(":")[2]))
        self._types = by_kind[host.kinds[self._places]]
        self._is_pool = np.array([thread.name.startswith(POOL) for thread in host.threads], bool)
        self._starters = _find_starters(host, find_runs(host, self._places))

    def of_threads(self, lines: NDArray[np.int32]) -> dict[str, Periods]:
        """When operations of each type ran that these threads started; of tf.data's own, if none is known to have."""
        mine = self._is_pool.copy()
        mine[lines] = True
        of_operations = self._host.lines[self._places]
        chosen = np.where(self._starters != UNKNOWN, np.isin(self._starters, lines), mine[of_operations])
        places, types = self._places[chosen], self._types[chosen]
        return {self.types[number]: merge(self._host.periods[places[types == number]]) for number in np.unique(types)}


def _find_starters(host: Events, runs: Ints) -> Ints:
    """The thread that started each of these runs of a stage's function; `UNKNOWN` if the trace does not tell."""
    started = host.find(CAPTURED_FUNCTION.match)
    numbers = host.look_up(STEP_ID, started)
    order = np.argsort(numbers, kind="stable")
    at = np.minimum(np.searchsorted(numbers[order], runs), max(0, len(order) - 1))
    if not len(order):
        return np.full(len(runs), UNKNOWN, np.int64)
    known = (numbers[order][at] == runs) & (runs != UNKNOWN)
    return np.asarray(np.where(known, host.lines[started[order]][at], UNKNOWN), np.int64)


def _sum_work(near: Mapping[str, Periods], share: Periods) -> tuple[Work, ...]:
    """What of it ran in `share`."""
    work = [Work(kind, add_up(intersect(periods, share))) for kind, periods in near.items()]
    return tuple(sorted((each for each in work if each.duration_ps), key=lambda each: -each.duration_ps))
