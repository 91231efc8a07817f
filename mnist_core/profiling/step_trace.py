"""Traces of marked steps, read back from TensorBoard's layout: ``<folder>/plugins/profile/<session>/<host>.xplane.pb``.

What a marker is and why xprof would overlook it in a trace with loops is told in `mnist_core.profiling`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from tensorflow.tsl.profiler.protobuf import xplane_pb2

from mnist_core.files.whole_file import write_whole_file
from mnist_core.language.errors import InputError

MARKER = "train"
ITERATION = "iter_num"
LOOP_ITERATION = "loop_iter_num"


@dataclass(frozen=True)
class StepTrace:
    """One trace, as it is in the file.

    Args:
        file: the ``.xplane.pb``.
        first_step: the first marked step, counted from 0 at the beginning of training.
        last_step: the last marked step, included.
        num_markers: fewer than steps if one execution, and so one marker, takes several batches.
    """

    file: Path
    first_step: int
    last_step: int
    num_markers: int

    @property
    def folder(self) -> Path:
        """What to give to ``tensorboard --logdir``."""
        return self.file.parents[3]

    def to_dict(self, folder: Path) -> dict[str, Any]:
        """The trace as JSON's types, its file as seen from `folder`."""
        return dataclasses.asdict(self) | {"file": self.file.relative_to(folder).as_posix()}


def find_step_trace(folder: Path) -> StepTrace | None:
    """The newest trace of marked steps below `folder`, or None; a file that a kill cut short counts as none."""
    for file in reversed(_list_traces(folder)):
        markers = _read_markers(_load_space(file))
        if markers:
            return _describe(file, markers)
    return None


def finish_step_trace(folder: Path) -> StepTrace:
    """The newest trace below `folder`, made readable for xprof and read back.

    Raises:
        InputError: there is none, or it has no marked step.
        OSError: it cannot be written again.
    """
    files = _list_traces(folder)
    space = _load_space(files[-1]) if files else None
    markers = _read_markers(space)
    if space is None or not markers:
        raise InputError(f"{folder} got no trace with a marked step: choose other steps to profile.")
    if _flatten_loops(space):
        write_whole_file(files[-1], lambda file: file.write(space.SerializeToString()))
    return _describe(files[-1], markers)


def _list_traces(folder: Path) -> list[Path]:
    return sorted(folder.glob("plugins/profile/*/*.xplane.pb"))  # a session's name is its time


def _load_space(file: Path) -> Any:
    try:
        return xplane_pb2.XSpace.FromString(file.read_bytes())
    except DecodeError:
        return None


def _read_markers(space: Any) -> dict[int, int]:
    """The number of batches of every marked step, by the step's number."""
    found = (stats for plane in (space.planes if space else ()) for stats in _iterate_markers(plane))
    return {stats["step_num"]: stats.get("num_batches", 1) for stats in found if stats.get("_r") == 1}


def _iterate_markers(plane: Any) -> Iterator[dict[str, int]]:
    ids = {key for key, value in plane.event_metadata.items() if value.name == MARKER}
    for line in plane.lines:
        for event in line.events:
            if event.metadata_id in ids:
                yield {plane.stat_metadata[stat.metadata_id].name: stat.int64_value for stat in event.stats}


def _flatten_loops(space: Any) -> bool:
    """Call every iteration of a loop the iteration 0, as without loops; False if there is no loop.

    The number cannot be left out: by it and the step's, xprof knows to which step a fetch of input belongs.
    """
    found = [stat for plane in space.planes for stat in _iterate_iterations(plane)]
    if all(number.int64_value == 0 for _, _, number in found):
        return False
    for plane, event, number in found:
        event.stats.add(metadata_id=_find_stat(plane, LOOP_ITERATION), int64_value=number.int64_value)
        number.int64_value = 0
    return True


def _iterate_iterations(plane: Any) -> Iterator[tuple[Any, Any, Any]]:
    """The plane, the event and the argument, of every event that is part of a loop's iteration."""
    ids = {key for key, value in plane.stat_metadata.items() if value.name == ITERATION}
    for line in plane.lines if ids else ():
        for event in line.events:
            for stat in event.stats:
                if stat.metadata_id in ids:
                    yield plane, event, stat


def _find_stat(plane: Any, name: str) -> int:
    """The number of an argument's name, which is added if it is new."""
    known: dict[str, int] = {value.name: key for key, value in plane.stat_metadata.items()}
    if name not in known:
        known[name] = max(plane.stat_metadata, default=0) + 1
        plane.stat_metadata[known[name]].id, plane.stat_metadata[known[name]].name = known[name], name
    return known[name]


def _describe(file: Path, markers: dict[int, int]) -> StepTrace:
    last = max(markers)
    return StepTrace(file, min(markers), last + markers[last] - 1, len(markers))
