"""What a trace tells about the host: calls of tf.data stages, marks of steps, operations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mnist_core.files.xspace import DEVICE, HOST, VALUE
from mnist_core.files.xspace_repair import ROOT_LEVEL, STEP_NUMBER
from mnist_core.terminal.console import show_plainly
from reports.xplane.periods import PS_PER_NS, Period

STAGE = re.compile(r"(Reduce)?Iterator::\w")  # a ReduceIterator runs a loop inside a graph
OPERATION = re.compile(r"([^:\s]+):([A-Za-z_]\w*)")  # name:Type, xprof/utils/tf_op_utils.cc
LONGEST_NAME = 2000  # characters; a long chain of stages has some hundred

Value = int | float | str


@dataclass(frozen=True)
class Call:
    """One event on a thread.

    Args:
        name: Name of the event.
        thread: Number and name of the thread on which it ran.
        period: Its beginning and end, in picoseconds from a start that all threads share.
        arguments: Values that the program gave the event, by their names.
    """

    name: str
    thread: tuple[int, str]
    period: Period
    arguments: Mapping[str, Value]


@dataclass(frozen=True)
class Events:
    """The events of the host that this package reads, and how long the capture was.

    Args:
        stages: Calls of tf.data's iterators.
        marks: Events with a step number.
        operations: TensorFlow's operations, on every thread of the host.
        span: From the beginning of the host's first event to the end of the last, in picoseconds; None without events.
        num_device_events: Number of events on GPUs and other devices.
    """

    stages: tuple[Call, ...]
    marks: tuple[Call, ...]
    operations: tuple[Call, ...]
    span: Period | None
    num_device_events: int

    @property
    def has_root_marks(self) -> bool:
        """True if a mark is one that xprof takes for a step."""
        return any(ROOT_LEVEL in mark.arguments for mark in self.marks)


def read_events(space: Any) -> Events:
    """The events of the host in an XSpace.

    Args:
        space: A message as `mnist_core.files.xspace.parse_space` gives it.
    """
    calls = [call for plane in space.planes if plane.name.startswith(HOST) for call in _read_plane(plane)]
    edges = [call.period for call in calls]
    return Events(
        stages=tuple(call for call in calls if STAGE.match(call.name)),
        marks=tuple(call for call in calls if STEP_NUMBER in call.arguments),
        operations=tuple(call for call in calls if OPERATION.fullmatch(call.name)),
        span=(min(start for start, _ in edges), max(end for _, end in edges)) if edges else None,
        num_device_events=sum(
            len(line.events) for plane in space.planes if plane.name.startswith(DEVICE) for line in plane.lines
        ),
    )


def _read_plane(plane: Any) -> Iterator[Call]:
    names = {entry.key: clean(entry.value.name) for entry in plane.event_metadata}
    read = _make_reader(plane)
    for line in plane.lines:
        thread = (line.id, clean(line.name))
        for event in line.events:
            start = line.timestamp_ns * PS_PER_NS + event.offset_ps
            period = (start, start + max(0, event.duration_ps))
            yield Call(names.get(event.metadata_id, ""), thread, period, read(event) if event.stats else {})


def _make_reader(plane: Any) -> Callable[[Any], dict[str, Value]]:
    """What reads an event's arguments; a reference is the name of another argument of the plane."""
    names = {entry.key: clean(entry.value.name) for entry in plane.stat_metadata}

    def read(event: Any) -> dict[str, Value]:
        return {names[stat.metadata_id]: value(stat) for stat in event.stats if stat.metadata_id in names}

    def value(stat: Any) -> Value:
        field = stat.WhichOneof(VALUE)
        if field == "ref_value":
            return names.get(stat.ref_value, "")
        found: Value | bytes = getattr(stat, field) if field else ""
        text = found.decode("utf-8", "replace") if isinstance(found, bytes) else found
        return clean(text) if isinstance(text, str) else text

    return read


def clean(text: str) -> str:
    """The text without what would move a terminal's cursor, and not endless."""
    return show_plainly(text[:LONGEST_NAME])
