"""What the host did in the steps, where their input cannot be seen: calls, Python, and nothing that was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.timeline.marks import DEVICE, Marks
from reports.timeline.nesting import measure_own
from reports.xplane.events import PYTHON_CALL, Events
from reports.xplane.periods import Ints, Periods, add_up, intersect, merge, subtract, unite

MOST_CALLS = 5  # told; what comes after takes a fraction of it
LEAST_SHARE = 0.005  # of the steps; less rounds to nothing


@dataclass(frozen=True)
class Activity:
    """What went on in the steps, as shares of their time, 0 to 1.

    Args:
        calls: The calls that their thread made first-hand, and the share of each, the longest first.
        functions: The functions of Python that ran themselves for longest, where Python was traced.
        unrecorded: Share in which nothing but calls of Python was recorded on their thread.
        idle: The part of it in which no other thread recorded anything either.
    """

    calls: tuple[tuple[str, float], ...]
    functions: tuple[tuple[str, float], ...]
    unrecorded: float
    idle: float


def describe_activity(host: Events, marks: Marks, chosen: Sequence[int]) -> Activity | None:
    """What the host did in some of the steps; None if they lasted no time, or are a device's.

    Args:
        host: What the host did.
        marks: The steps.
        chosen: Places of the steps among the marks.
    """
    picked = np.array(chosen, np.int64)
    windows = merge(marks.periods[picked])
    total = add_up(windows)
    if not total or marks.origin == DEVICE:
        return None
    is_python = np.array([name.startswith(PYTHON_CALL) for name in host.names], bool)[host.kinds]
    places = np.flatnonzero(np.isin(host.lines, np.unique(marks.lines[picked])) & ~is_python)
    within = places[_lie_within(host.periods[places], windows)]
    inner = within[~_are(host, marks, within)]
    recorded = merge(host.periods[inner])
    unrecorded = subtract(windows, recorded)
    others = merge(host.periods[~np.isin(host.lines, np.unique(marks.lines[picked]))])
    python = np.flatnonzero(is_python & np.isin(host.lines, np.unique(marks.lines[picked])))
    return Activity(
        calls=_sum_outer(host, inner, total),
        functions=_sum_own(host, python[_lie_within(host.periods[python], windows)], total),
        unrecorded=add_up(unrecorded) / total,
        idle=add_up(subtract(unrecorded, intersect(unrecorded, unite(others)))) / total,
    )


def _lie_within(periods: Periods, windows: Periods) -> NDArray[np.bool_]:
    at = np.maximum(np.searchsorted(windows[:, 0], periods[:, 0], side="right") - 1, 0)
    return np.asarray((periods[:, 0] >= windows[at, 0]) & (periods[:, 1] <= windows[at, 1]), bool)


def _are(host: Events, marks: Marks, places: Ints) -> NDArray[np.bool_]:
    """Which of these events are the marks themselves."""
    known = {(line, *period) for line, period in zip(marks.lines.tolist(), marks.periods.tolist(), strict=True)}
    told = zip(host.lines[places].tolist(), host.periods[places].tolist(), strict=True)
    return np.array([(line, *period) in known for line, period in told], bool)


def _sum_outer(host: Events, places: Ints, total: int) -> tuple[tuple[str, float], ...]:
    """The share of each name among the events that lie in none of the others."""
    ends = np.zeros(len(places), np.int64)
    for line in np.unique(host.lines[places]).tolist():
        mine = host.lines[places] == line
        ends[mine] = np.concatenate(
            ([np.iinfo(np.int64).min], np.maximum.accumulate(host.periods[places[mine], 1])[:-1])
        )
    outer = places[host.periods[places, 0] >= ends]
    return _share(host, outer, host.periods[outer, 1] - host.periods[outer, 0], total)


def _sum_own(host: Events, places: Ints, total: int) -> tuple[tuple[str, float], ...]:
    """The share of each name by its own time."""
    own = np.zeros(len(places), np.int64)
    for line in np.unique(host.lines[places]).tolist():
        mine = host.lines[places] == line
        own[mine] = measure_own(host.periods[places[mine]])
    return _share(host, places, own, total)


def _share(host: Events, places: Ints, durations: Ints, total: int) -> tuple[tuple[str, float], ...]:
    sums = np.zeros(len(host.names), np.int64)
    np.add.at(sums, host.kinds[places], durations)
    order = np.argsort(-sums, kind="stable")[:MOST_CALLS].tolist()
    return tuple(
        (host.names[kind].removeprefix(PYTHON_CALL), sums[kind] / total)
        for kind in order
        if sums[kind] >= LEAST_SHARE * total
    )
