"""Which events are taken for steps: marks, or, for want of them, calls of the function that fetches its input.

A mark may hold others, as a step holds its fetch and its computing: the outermost is the step, whatever its name. This
is the rule of xprof's grouping too, which takes none of two roots inside each other but the outer.

Source: openxla/xla, ``xla/tsl/profiler/utils/group_events.cc``, RootNeedsGrouping.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_core.files.xspace_repair import ROOT_LEVEL, STEP_NUMBER
from reports.xplane.events import GRAPH_TYPE, STEP_ID, UNKNOWN, Events
from reports.xplane.periods import Ints, Periods

LEGACY_MARK = "TraceContext"  # TensorFlow 2.2 and before; what it is the context of, is an argument
MARKS, CALLS, DEVICE = "marks", "calls", "device"
NO_NAME = "(no name)"
SEPARATORS = " _-:#/"  # between the name of a step and its number
FUNCTION_RUN = ("FunctionRun", "SessionRun", "RunGraph")


@dataclass(frozen=True)
class Marks:
    """What is taken for steps, in the order in which they began.

    Args:
        names: Name of each, such as "train".
        numbers: Number of each step; counted from 0 where the marks tell none.
        periods: Beginning and end of each, int64 array of shape (n, 2).
        lines: Thread of each, int32 array of shape (n,).
        has_numbers: True if at least one mark tells its number.
        has_levels: True if at least one has the argument without which TensorBoard sees no step.
        spelled: The names as the events have them, where each tells its step's number too, as "step 12" does.
        origin: What the steps are: `MARKS`, `CALLS` of a function for want of marks, or the steps of a `DEVICE`.
    """

    names: tuple[str, ...]
    numbers: tuple[int, ...]
    periods: Periods
    lines: NDArray[np.int32]
    has_numbers: bool = True
    has_levels: bool = True
    spelled: frozenset[str] = frozenset()
    origin: str = MARKS

    def __len__(self) -> int:
        return len(self.names)


def find_marks(host: Events) -> Marks:
    """The outermost marks of a host: events with a step's number or a root's level, of which no graph's run is read."""
    levels, numbers = host.get(ROOT_LEVEL), host.get(STEP_NUMBER)
    candidates = np.union1d(levels.at[levels.values > 0] if len(levels.at) else levels.at, numbers.at)
    places = _keep_outermost(host, candidates)
    places = places[np.argsort(host.periods[places, 0], kind="stable")]
    told = host.look_up(STEP_NUMBER, places)
    names = [_name(host, place) for place in places.tolist()]
    return Marks(
        names=_leave_out_numbers(names, told.tolist()),
        numbers=tuple(number if number != UNKNOWN else count for count, number in enumerate(told.tolist())),
        periods=host.periods[places],
        lines=host.lines[places],
        has_numbers=bool((told != UNKNOWN).any()),
        has_levels=bool(np.isin(places, levels.at).any()),
        spelled=frozenset(names),
    )


def find_calls(host: Events, fetching: Ints) -> Marks:
    """The calls of functions that fetch their input themselves, as Keras' train_function does, for want of marks.

    Args:
        host: What the host did.
        fetching: Numbers of the runs in which input is fetched.
    """
    runs = host.find(lambda name: name in FUNCTION_RUN)
    runs = runs[np.isin(host.look_up(STEP_ID, runs), fetching)]
    places = np.unique(_find_outermost_around(host, runs))
    places = places[np.argsort(host.periods[places, 0], kind="stable")]
    return Marks(
        names=tuple(host.names[host.kinds[place]] for place in places.tolist()),
        numbers=tuple(range(len(places))),
        periods=host.periods[places],
        lines=host.lines[places],
        origin=CALLS,
    )


def _name(host: Events, place: int) -> str:
    name: str = host.names[host.kinds[place]] or NO_NAME
    types = host.get(GRAPH_TYPE)
    at = int(np.searchsorted(types.at, place))
    if name == LEGACY_MARK and at < len(types.at) and types.at[at] == place:
        return str(types.values[at])
    return name


def _leave_out_numbers(names: Sequence[str], numbers: Sequence[int]) -> tuple[str, ...]:
    """The names without the steps' numbers at their ends, if all have them: else every step is of a kind of its own."""
    kinds = [name.removesuffix(f"{number}").rstrip(SEPARATORS) for name, number in zip(names, numbers, strict=True)]
    has_all = all(kind and name.endswith(f"{number}") for name, kind, number in zip(names, kinds, numbers, strict=True))
    return tuple(kinds) if has_all else tuple(names)


def _keep_outermost(host: Events, places: Ints) -> Ints:
    """Of these events those that lie in none of the others of their thread. Within a thread the outer comes first."""
    kept: list[int] = []
    reached: dict[int, int] = {}
    for place, line, end in zip(
        places.tolist(), host.lines[places].tolist(), host.periods[places, 1].tolist(), strict=True
    ):
        if end > reached.get(line, -(2**63)):
            reached[line] = end
            kept.append(place)
    return np.array(kept, np.int64)


def _find_outermost_around(host: Events, places: Ints) -> Ints:
    """For each event the outermost one of its thread in which it lies; often itself."""
    found = places.copy()
    for line in np.unique(host.lines[places]).tolist() if len(places) else []:
        first, last = np.searchsorted(host.lines, [line, line + 1])
        outer = _keep_outermost(host, np.arange(first, last))
        mine = host.lines[places] == line
        found[mine] = outer[np.searchsorted(outer, places[mine], side="right") - 1]
    return found
