"""XSpaces made by hand: a thread is a list of events, an event a name, a start, a duration and its arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mnist_core.files.xspace import build_space

MICROSECOND = 1_000_000  # picoseconds
PYTHON, BACKGROUND, POOL = "python", "tf_data_iterator_resource/1", "tf_data_private_threadpool/2"


@dataclass(frozen=True)
class Made:
    """One event; times in microseconds."""

    name: str
    start_us: int
    duration_us: int
    arguments: Mapping[str, float | str] = field(default_factory=dict)


def make_space(threads: Mapping[str, list[Made]], plane: str = "/host:CPU") -> Any:
    space = build_space()
    add_plane(space, plane, threads)
    return space


def add_plane(space: Any, name: str, threads: Mapping[str, list[Made]]) -> None:
    """Add what happened on the threads of a host, or on the streams of a device."""
    plane = space.planes.add(name=name)
    for number, (thread, events) in enumerate(threads.items(), start=1):
        line = plane.lines.add(id=number, name=thread, timestamp_ns=1000)
        for event in events:
            made = line.events.add(
                metadata_id=number_of(plane.event_metadata, event.name),
                offset_ps=event.start_us * MICROSECOND,
                duration_ps=event.duration_us * MICROSECOND,
            )
            for argument, value in event.arguments.items():
                stat = made.stats.add(metadata_id=number_of(plane.stat_metadata, argument))
                if isinstance(value, int):
                    stat.int64_value = value
                elif isinstance(value, float):
                    stat.double_value = value
                else:
                    stat.str_value = value


def number_of(metadata: Any, name: str) -> int:
    known = {entry.value.name: entry.key for entry in metadata}
    if name not in known:
        entry = metadata.add(key=len(known) + 1)
        entry.value.id, entry.value.name = entry.key, name
    return known.get(name, len(known) + 1)


def make_slow_map(num_steps: int = 12, mark: str = "train", **weak: Any) -> dict[str, list[Made]]:
    """Steps of 10 ms, one after the other: 8 ms waiting for a map behind a prefetch, 2 ms computing.

    Args:
        num_steps: marked.
        mark: the name of the marks.
        weak: `level=None` leaves out _r=1; `number=None` the step number too.
    """
    threads: dict[str, list[Made]] = {PYTHON: [], BACKGROUND: [], POOL: [], "tf_Compute/3": []}
    for number in range(num_steps):
        start = number * 10_000
        arguments = {"step_num": number, "_r": weak.get("level", 1)}
        kept = {name: value for name, value in arguments.items() if value is not None}
        threads[PYTHON] += [
            Made(mark, start, 10_000, {} if weak.get("number", 0) is None else kept),
            Made("IteratorGetNextOp::DoCompute", start, 8_100, {"id": number, "iter_num": 0}),
            Made("TFE_Py_ExecuteCancelable", start + 8_150, 1_850),  # xprof takes no step without it
            Made("Iterator::Root", start, 8_050, {"id": 1, "threadpool_size": 2}),
            Made(
                "Iterator::Root::Prefetch",
                start,
                8_000,
                {"id": 2, "parent_id": 1, "buffer_limit": 2, "autotune": "true"},
            ),
        ]
        threads[BACKGROUND] += [
            Made("Iterator::Root::Prefetch::Map", start, 8_000, {"id": 3, "parent_id": 2}),
            Made("Iterator::Root::Prefetch::Map::BatchV2", start, 500, {"id": 4, "parent_id": 3, "batch_size": 32}),
        ]
        threads[POOL].append(Made("PyFunc:PyFunc", start + 600, 7_000))
        threads["tf_Compute/3"].append(Made("dense/MatMul:MatMul", start + 8_200, 1_800))
    return threads
