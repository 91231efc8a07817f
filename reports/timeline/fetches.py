"""For which step a batch was fetched, and which calls of tf.data no step made.

A step fetches on its own thread, between the beginning and the end of its mark, or in a graph that it runs: the run has
a number, which the fetch on another thread carries too. What neither of them links is somebody else's: a validation
between the steps, a loader in the background, a worker of the tf.data service.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.timeline.marks import FUNCTION_RUN, Marks
from reports.timeline.nesting import NOTHING, find_holders
from reports.xplane.events import STAGE, STEP_ID, UNKNOWN, Events
from reports.xplane.periods import Ints, Periods, merge

FETCH = re.compile(  # as an operation, as a step of an executor, of replicas, or as the call of Python that asks for it
    r"(?i)(MultiDevice)?IteratorGetNext|\$gen_dataset_ops\.py:\d+ iterator_get_next"
)
SENDING = re.compile(r"(?i)(MultiDevice)?IteratorGetNext\S*:_(Host)?Send|Memcpy(H2D|HtoD)")  # a batch, to a device
LOOP = "ReduceIterator"  # how the names of the iterators begin that a loop inside a graph has
LOOP_THREAD = "tf_data_reduce_dataset"  # which runs nothing but loops; TensorFlow 2.3 and 2.4 do not tell of which run
ELSEWHERE = -1  # in no step


@dataclass(frozen=True)
class Fetches:
    """The calls with which somebody asked tf.data for a batch.

    Args:
        places: Places of the calls of iterators' roots among the host's events, ascending.
        steps: For each of them the place of its step among the marks; `ELSEWHERE` for none.
        beside_steps: For each of them whether it was made on a thread of the steps, but outside of every step.
        waits: When the steps of each thread waited for a batch, merged; without the loops inside graphs, whose waits
            lie deeper.
        sends: When something went to a device for the steps of each thread, merged, as the host saw it.
        waits_beside: When the program waited for a batch outside of its steps, or without any, merged.
        fetching: Whether something was fetched for each step; bool array of shape (n,).
    """

    places: Ints
    steps: Ints
    beside_steps: NDArray[np.bool_]
    waits: Mapping[int, Periods]
    sends: Mapping[int, Periods]
    waits_beside: Periods
    fetching: NDArray[np.bool_]


def find_fetches(host: Events, marks: Marks) -> Fetches:
    """The calls for a batch, each with its step."""
    roots = host.find(lambda name: STAGE.match(name) and name.count("::") == 1)
    operations = host.find(is_fetch)
    places = np.concatenate((roots, operations))
    steps, beside = _link(host, marks, places)
    is_wait = np.array([not name.startswith(LOOP) for name in host.names], bool)[host.kinds[places]]
    waits = _gather(host, marks, places[is_wait], steps[is_wait])
    sending = host.find(lambda name: bool(SENDING.match(name)))
    sends = _gather(host, marks, sending, link_to_steps(host, marks, sending))
    fetching = np.isin(np.arange(len(marks)), steps)
    outside = beside if len(marks) else np.isin(places, operations)
    waits_beside = merge(host.periods[places[outside]])
    return Fetches(roots, steps[: len(roots)], beside[: len(roots)], waits, sends, waits_beside, fetching)


def _gather(host: Events, marks: Marks, places: Ints, steps: Ints) -> dict[int, Periods]:
    """When these events went on for the steps of each thread, merged."""
    return {
        line: merge(host.periods[places[np.isin(steps, np.flatnonzero(marks.lines == line))]])
        for line in np.unique(marks.lines).tolist()
    }


def find_fetching_runs(host: Events) -> Ints:
    """The numbers of the runs of functions in which input is fetched."""
    return np.unique(find_runs(host, host.find(is_fetch)))


def is_fetch(name: str) -> bool:
    """True for what asks tf.data for a batch: it waits, and does no work. What sends the batch on is named after it."""
    return bool(FETCH.match(name)) and not SENDING.match(name)


def link_to_steps(host: Events, marks: Marks, places: Ints) -> Ints:
    """The step for which each event happened; `ELSEWHERE` for none."""
    return _link(host, marks, places)[0]


def find_step_runs(host: Events, marks: Marks, line: int) -> Ints:
    """Places of the events in which graphs ran for the steps of a thread, on whatever thread."""
    linked, _ = _link_runs(host, marks)
    mine = [run for run, step in linked.items() if marks.lines[step] == line]
    places = host.find(lambda name: name.startswith("ExecutorState::Process"))
    return places[np.isin(host.look_up(STEP_ID, places), mine)]


def _link(host: Events, marks: Marks, places: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """The step of each call, and whether it stands between steps on a thread of theirs."""
    on_thread = np.isin(host.lines[places], np.unique(marks.lines))
    steps = np.full(len(places), ELSEWHERE, np.int64)
    for line in np.unique(marks.lines).tolist():
        mine = host.lines[places] == line
        steps[mine] = _find_step(marks, np.flatnonzero(marks.lines == line), host.periods[places[mine], 0])
    runs = find_runs(host, places)
    step_of_run, beside_steps = _link_runs(host, marks)
    known = ~on_thread & np.isin(runs, list(step_of_run))
    steps[known] = [step_of_run[run] for run in runs[known].tolist()]
    unknown = ~on_thread & (runs == UNKNOWN)  # in traces of old
    if step_of_run or (steps != ELSEWHERE).any():
        unknown &= np.array([thread.name.startswith(LOOP_THREAD) for thread in host.threads], bool)[host.lines[places]]
    steps[unknown] = _find_step(marks, np.arange(len(marks)), host.periods[places[unknown], 0])
    return steps, (on_thread | np.isin(runs, list(beside_steps))) & (steps == ELSEWHERE)


def _find_step(marks: Marks, among: Ints, instants: Ints) -> Ints:
    """The step of `among` in which each instant lies."""
    if not len(among):
        return np.full(len(instants), ELSEWHERE, np.int64)
    at = np.searchsorted(marks.periods[among, 0], instants, side="right") - 1
    inside = (at >= 0) & (instants < marks.periods[among[np.maximum(at, 0)], 1])
    return np.where(inside, among[np.maximum(at, 0)], ELSEWHERE)


def _link_runs(host: Events, marks: Marks) -> tuple[dict[int, int], set[int]]:
    """The step of each run that a step started, and the runs that its thread started between steps."""
    runs = host.find(lambda name: name in FUNCTION_RUN or name.startswith("ExecutorState::Process"))
    runs = runs[np.isin(host.lines[runs], np.unique(marks.lines))]
    linked: dict[int, int] = {}
    beside: set[int] = set()
    for line in np.unique(host.lines[runs]).tolist():
        mine = runs[host.lines[runs] == line]
        steps = _find_step(marks, np.flatnonzero(marks.lines == line), host.periods[mine, 0])
        for number, step in zip(host.look_up(STEP_ID, mine).tolist(), steps.tolist(), strict=True):
            if number != UNKNOWN and step != ELSEWHERE:
                linked.setdefault(number, step)
            elif number != UNKNOWN:
                beside.add(number)
    return linked, beside - set(linked)


def find_runs(host: Events, places: Ints) -> Ints:
    """The number of the graph's run in which each event lies, or that it tells itself; `UNKNOWN` if none does."""
    numbered = host.get(STEP_ID)
    is_stage = np.array([bool(STAGE.match(name)) for name in host.names], bool)
    is_run = ~is_stage[host.kinds[numbered.at]] if len(numbered.at) else np.empty(0, bool)
    at, values = numbered.at[is_run], numbered.values[is_run]
    runs = np.full(len(places), UNKNOWN, np.int64)
    for line in np.unique(host.lines[places]).tolist():
        first, last = np.searchsorted(host.lines[at], [line, line + 1])
        mine = np.flatnonzero(host.lines[places] == line)
        holders = find_holders(host.periods[at[first:last]])
        around = np.searchsorted(at[first:last], places[mine], side="right") - 1
        while (open_ := np.flatnonzero(around >= 0)).size:
            tried = around[open_]
            holds = host.periods[at[first + tried], 1] >= host.periods[places[mine[open_]], 1]
            runs[mine[open_[holds]]] = values[first + tried[holds]]
            around[open_] = np.where(holds, NOTHING, holders[tried])
    return runs
