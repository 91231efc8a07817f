"""Reads a host's file into columns, a part of a line at a time."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_core.files.xspace import DEVICE, HOST, VALUE
from mnist_core.files.xspace_repair import ITERATION, ROOT_LEVEL, STEP_NUMBER
from reports.xplane.events import (
    ALLOCATOR,
    ANNOTATION,
    COPY,
    CORRELATION,
    FLOATS,
    FRAGMENTATION,
    GRAPH_TYPE,
    HLO,
    MEMORY,
    MEMORY_NUMBERS,
    OPERATION,
    PARENT_ID,
    RUN,
    SETTINGS,
    STAGE,
    STEP_ID,
    TEXTS,
    TF_OP,
    TUNED,
    Argument,
    Capture,
    Events,
    Setting,
    Thread,
    Value,
    clean,
)
from reports.xplane.periods import EMPTY, PS_PER_NS, Ints, Periods
from reports.xplane.slices import PlaneSlices, Slice, cut_space, find_line_start, parse_line

UNREAD = re.compile(r"ThreadpoolListener::")  # two of three events of a CPU's trace, and none has a duration
FARTHEST_NS = 2**50  # two weeks; what lies farther from the beginning of a trace is damaged
FARTHEST_PS = FARTHEST_NS * PS_PER_NS
ENVIRONMENT = "Task Environment"  # the plane of xla/tsl/profiler/utils/xplane_schema.cc, kTaskEnvPlaneName
STARTED, STOPPED = "profile_start_time", "profile_stop_time"  # in nanoseconds
BITS = 64
LARGEST = 2 ** (BITS - 1) - 1  # of a whole number with a sign
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,20}")  # as text; 20 digits hold 64 bits
WHOLE = frozenset({STEP_ID, PARENT_ID, ITERATION, STEP_NUMBER, ROOT_LEVEL, CORRELATION, *MEMORY_NUMBERS, *SETTINGS})
WANTED: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (  # the first pattern that fits a name decides
    (UNREAD, frozenset()),
    (STAGE, frozenset({STEP_ID, PARENT_ID, TUNED, *SETTINGS})),
    (OPERATION, frozenset()),
    (MEMORY, frozenset({*MEMORY_NUMBERS, FRAGMENTATION, ALLOCATOR, TF_OP})),
    (RUN, frozenset({STEP_ID, ITERATION})),
    (re.compile(r"\$|Executor|Eager|TFE_"), frozenset()),
    (re.compile(""), frozenset({STEP_NUMBER, ROOT_LEVEL, GRAPH_TYPE, CORRELATION, HLO})),
)
WANTED_OF_DEVICES = frozenset({CORRELATION, COPY, TF_OP, ANNOTATION})

Tell = Callable[[float], None]  # is called with the share of the work that is done, from 0 to 1


def read_capture(content: bytes, tell: Tell = lambda _: None) -> Capture:
    """The events in the bytes of an .xplane.pb file.

    Args:
        content: The bytes.
        tell: Is called with the share of the work that is done, from 0 to 1.

    Raises:
        TraceError: The content is cut short, or is no trace. The message goes on where the name of a file ends.
    """
    space = cut_space(content)
    host_ns, device_ns = (_find_start(content, space.planes, kind) for kind in (HOST, DEVICE))
    if host_ns is not None and device_ns is not None and abs(device_ns - host_ns) < FARTHEST_NS:
        host_ns = device_ns = min(host_ns, device_ns)
    host = _Gatherer(content, host_ns or 0)
    devices = _Gatherer(content, device_ns or 0, of_devices=True)
    planes = [plane for plane in space.planes if plane.lines and plane.described.name.startswith((HOST, DEVICE))]
    total = sum(end - start for plane in planes for start, end in plane.lines) or 1
    done = 0
    for plane in planes:
        gatherer = devices if plane.described.name.startswith(DEVICE) else host
        gatherer.open(plane.described)
        for where in plane.lines:
            gatherer.add(where)
            done += where[1] - where[0]
            tell(done / total)
    notes = _clean(space.errors), _clean(space.warnings)
    return Capture(host.finish(), devices.finish(), *notes, _find_duration(space.planes))


def _find_duration(planes: Iterable[PlaneSlices]) -> int | None:
    """How long the profiler ran, as it notes itself; None where it does not, or notes what cannot be."""
    for plane in planes:
        if plane.described.name == ENVIRONMENT:
            names = {entry.key: entry.value.name for entry in plane.described.stat_metadata}
            told = {
                names.get(stat.metadata_id): stat.uint64_value or stat.int64_value for stat in plane.described.stats
            }
            duration_ns = told.get(STOPPED, 0) - told.get(STARTED, 0)
            if STARTED in told and 0 < duration_ns < FARTHEST_NS:
                return int(duration_ns) * PS_PER_NS
    return None


def _find_start(content: bytes, planes: Iterable[PlaneSlices], kind: str) -> int | None:
    """The earliest time of a line with events, in nanoseconds: from there on picoseconds fit into 64 bits."""
    lines = (where for plane in planes if plane.described.name.startswith(kind) for where in plane.lines)
    starts = (find_line_start(content, where) for where in lines)
    return min((start for start in starts if start is not None), default=None)


def _clean(texts: Iterable[str]) -> tuple[str, ...]:
    told = (clean(" ".join(text.split())) for text in texts)
    return tuple(dict.fromkeys(text for text in told if text))


@dataclass(frozen=True)
class _Kind:
    """What is done with the events of one name."""

    place: int
    name: str
    is_read: bool
    wanted: Mapping[int, str]


Found = dict[str, tuple[list[int], list[Value]]]


class _Gatherer:
    """Gathers the columns of the host, or of the devices, line by line."""

    def __init__(self, content: bytes, start_ns: int, *, of_devices: bool = False) -> None:
        self._content, self._start_ns, self._of_devices = content, start_ns, of_devices
        self._names: dict[str, int] = {}
        self._threads: list[Thread] = []
        self._kinds: list[NDArray[np.int32]] = []
        self._periods: list[Periods] = []
        self._arguments: dict[str, list[Argument]] = {}
        self._settings: dict[tuple[str, str], tuple[int, Setting]] = {}
        self._count = 0

    def open(self, plane: Any) -> None:
        """Get ready for the lines of a plane; `plane` is its message, without them."""
        self._plane = clean(plane.name)
        self._texts: dict[int, str] = {entry.key: entry.value.name for entry in plane.stat_metadata}
        keys: dict[frozenset[str], dict[int, str]] = {}
        self._known: dict[int, _Kind] = {}
        for entry in plane.event_metadata:
            shown = self._of_devices and entry.value.display_name
            name = clean(shown or entry.value.name)
            wanted = (
                WANTED_OF_DEVICES if self._of_devices else next(names for each, names in WANTED if each.match(name))
            )
            if wanted not in keys:
                keys[wanted] = {key: text for key, text in self._texts.items() if text in wanted}
            self._known[entry.key] = self._make_kind(name, keys[wanted])
        self._unknown = self._make_kind("", {})

    def _make_kind(self, name: str, wanted: Mapping[int, str]) -> _Kind:
        return _Kind(self._names.setdefault(name, len(self._names)), name, not UNREAD.match(name), wanted)

    def add(self, where: Slice) -> None:
        """Read a line of the plane that was opened last."""
        parts = []
        for line in parse_line(self._content, where):
            parts.append(self._read(line))
        periods = np.concatenate([periods for _, periods, _ in parts])
        order = np.lexsort((-periods[:, 1], periods[:, 0]))
        places = np.empty(len(order), np.int64)
        places[order] = np.arange(self._count, self._count + len(order))
        for (_, _, found), start in zip(parts, _start_each(parts), strict=True):
            for name, (at, values) in found.items():
                moved = places[np.array(at, np.int64) + start]
                self._arguments.setdefault(name, []).append(Argument(moved, _make_column(name, values)))
        self._periods.append(periods[order])
        self._kinds.append(np.concatenate([kinds for kinds, _, _ in parts])[order])
        self._threads.append(Thread(self._plane, line.id, clean(line.name or line.display_name)))
        self._count += len(order)

    def _read(self, line: Any) -> tuple[NDArray[np.int32], Periods, Found]:
        """The names, the times and the arguments of the events of a part of a line, in the order of the file."""
        events = line.events
        count = len(events)
        ids = np.fromiter((event.metadata_id for event in events), np.int64, count)
        offsets = np.fromiter((event.offset_ps for event in events), np.int64, count)
        lengths = np.fromiter((event.duration_ps for event in events), np.int64, count)
        base = max(-FARTHEST_NS, min(FARTHEST_NS, line.timestamp_ns - self._start_ns)) * PS_PER_NS
        starts = base + np.clip(offsets, -FARTHEST_PS, FARTHEST_PS)
        ends = starts + np.clip(lengths, 0, FARTHEST_PS)
        unique, which = np.unique(ids, return_inverse=True)
        kinds = [self._known.get(number, self._unknown) for number in unique.tolist()]
        is_read = np.array([kind.is_read for kind in kinds], bool)[which]
        has_wanted = np.array([kind.is_read and bool(kind.wanted) for kind in kinds], bool)[which]
        wanting = np.flatnonzero(has_wanted)
        found: Found = {}
        told = zip(
            wanting.tolist(),
            which[wanting].tolist(),
            (np.cumsum(is_read) - 1)[wanting].tolist(),
            starts[wanting].tolist(),
            strict=True,
        )
        for at, number, place, start in told:
            self._read_arguments(events[at].stats, kinds[number], place, start, found)
        numbers = np.array([kind.place for kind in kinds], np.int32)[which]
        return numbers[is_read], np.stack((starts, ends), axis=1)[is_read], found

    def _read_arguments(self, stats: Any, kind: _Kind, place: int, start: int, found: Found) -> None:
        """Add what an event carries to `found`: the one place where a million events cost a second."""
        settings: dict[str, Value | None] = {}
        wanted = kind.wanted
        for stat in stats:
            name = wanted.get(stat.metadata_id)
            if name is None:
                continue
            value: Value | None = stat.int64_value if name in WHOLE else 0
            if not value:
                if name == ITERATION:
                    continue  # the first iteration of a loop, or no loop: most of all events
                value = _convert(name, self._get_value(stat))
            if name in SETTINGS or name == TUNED:
                settings[name] = value
            elif value is not None:
                if name not in found:
                    found[name] = ([], [])
                at, values = found[name]
                at.append(place)
                values.append(value)
        if settings:
            tuned = settings.pop(TUNED, None) == "true"
            for name, value in settings.items():
                self._keep(kind.name, name, start, Setting(value if isinstance(value, int) else None, tuned))

    def _keep(self, stage: str, name: str, start: int, setting: Setting) -> None:
        """Keep the last number that a stage told: AUTOTUNE may have moved it."""
        last = self._settings.get((stage, name))
        if last is None or (setting.value is not None and (last[1].value is None or last[0] <= start)):
            self._settings[stage, name] = (start, setting)

    def _get_value(self, stat: Any) -> Value:
        """The value of an argument; a reference is the name of another argument of the plane."""
        field = stat.WhichOneof(VALUE)
        if field == "ref_value":
            return self._texts.get(stat.ref_value, "")
        found: Value | bytes = getattr(stat, field) if field else ""
        return found.decode("utf-8", "replace") if isinstance(found, bytes) else found

    def finish(self) -> Events:
        """All that was gathered."""
        lines = [np.full(len(kinds), number, np.int32) for number, kinds in enumerate(self._kinds)]
        return Events(
            names=tuple(self._names),
            threads=tuple(self._threads),
            kinds=np.concatenate([np.empty(0, np.int32), *self._kinds]),
            lines=np.concatenate([np.empty(0, np.int32), *lines]),
            periods=np.concatenate([EMPTY, *self._periods]),
            arguments={name: _join(columns) for name, columns in self._arguments.items()},
            settings={key: setting for key, (_, setting) in self._settings.items()},
        )


def _start_each(parts: Iterable[tuple[NDArray[np.int32], Periods, Found]]) -> Iterator[int]:
    """Where the events of each part begin."""
    start = 0
    for kinds, _, _ in parts:
        yield start
        start += len(kinds)


def _convert(name: str, value: Value) -> Value | None:
    """The value as the argument has it: a text, or a number of 64 bits; None if it is neither."""
    if name in TEXTS or name == TUNED:
        return clean(str(value))
    if name in FLOATS:
        return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
    if isinstance(value, str) and WHOLE_NUMBER.fullmatch(value):
        value = int(value)
    if not isinstance(value, int) or not -LARGEST - 1 <= value < 2**BITS:
        return None
    return value - 2**BITS if value > LARGEST else value


def _make_column(name: str, values: list[Value]) -> NDArray[Any]:
    return np.array(values, object if name in TEXTS else np.float64 if name in FLOATS else np.int64)


def _join(columns: list[Argument]) -> Argument:
    """The columns of all lines, in the order of the events."""
    at = np.concatenate([column.at for column in columns])
    order = np.argsort(at, kind="stable")
    values = np.concatenate([column.values for column in columns])[order]
    last = np.flatnonzero(np.concatenate((at[order][1:] != at[order][:-1], [True])))  # an argument given twice
    ordered: Ints = at[order]
    return Argument(ordered[last], values[last])
