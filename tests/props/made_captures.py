"""Captures made event by event: times in picoseconds, arguments of every type that a file can have."""

from __future__ import annotations

from typing import Any

import numpy as np
from spaces import number_of

from mnist_core.files.xspace import build_space
from reports.xplane.events import Capture, Events
from reports.xplane.reader import read_capture

HOST, GPU = "/host:CPU", "/device:GPU:0"
INT64, UINT64, TEXT, DOUBLE, BYTES, REFERENCE = (
    f"{kind}_value" for kind in ("int64", "uint64", "str", "double", "bytes", "ref")
)

Stat = tuple[str, str, Any]  # name of the argument, field of the union, value
Event = tuple[Any, ...]  # name, offset and duration in picoseconds, and any number of arguments


def add_line(
    space: Any, *events: Event, plane: str = HOST, thread: str = "python", start_ns: int = 0, **more: Any
) -> Any:
    """Add a thread with these events, and its plane where it is new; returns the plane."""
    found = next((each for each in space.planes if each.name == plane), None)
    found = space.planes.add(name=plane) if found is None else found
    line = found.lines.add(name=thread, timestamp_ns=start_ns, **more)
    for name, offset, duration, *stats in events:
        event = line.events.add(
            metadata_id=number_of(found.event_metadata, name), offset_ps=offset, duration_ps=duration
        )
        for argument, field, value in stats:
            stat = event.stats.add(metadata_id=number_of(found.stat_metadata, argument))
            setattr(stat, field, value)
    return found


def read(*events: Event, **more: Any) -> Events:
    """The events of a host with one thread."""
    space = build_space()
    add_line(space, *events, **more)
    return read_space(space).host


def read_space(space: Any) -> Capture:
    return read_capture(space.SerializeToString())


def tell(events: Events) -> list[tuple[str, str, int, int]]:
    """Thread, name, beginning and end of each event."""
    assert (events.kinds.dtype, events.lines.dtype, events.periods.dtype) == (np.int32, np.int32, np.int64)
    assert events.periods.shape == (len(events), 2)
    told = zip(events.lines.tolist(), events.kinds.tolist(), events.periods.tolist(), strict=True)
    return [(events.threads[line].name, events.names[kind], *period) for line, kind, period in told]


def get(events: Events, argument: str) -> dict[int, Any]:
    """The values of an argument by the place of their event."""
    found = events.get(argument)
    assert found.at.dtype == np.int64
    assert (np.diff(found.at) > 0).all()
    return dict(zip(found.at.tolist(), found.values.tolist(), strict=True))
