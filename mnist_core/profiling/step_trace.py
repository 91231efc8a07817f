"""Which steps a trace holds, found in TensorBoard's layout: ``<folder>/plugins/profile/<session>/<host>.xplane.pb``.

What a mark is, is told in `mnist_core.profiling.marks`, and why TensorBoard's Profile tab would overlook it in a trace
with loops in `mnist_core.files.xspace_repair`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnist_core.files.whole_file import write_whole
from mnist_core.files.xspace import TraceError, parse_space
from mnist_core.files.xspace_repair import ROOT_LEVEL, STEP_NUMBER, flatten_loops
from mnist_core.language.errors import InputError
from mnist_core.profiling.marks import MARK, NUM_BATCHES


@dataclass(frozen=True)
class StepTrace:
    """One trace, as it is in the file.

    Args:
        file: The ``.xplane.pb`` file.
        first_step: Number of the first marked step, counted from 0 at the beginning of training.
        last_step: Number of the last marked step, which belongs to the trace.
        num_markers: Number of marks; fewer than steps if one execution, and so one mark, takes several batches.
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
        """The trace as JSON's types.

        Args:
            folder: Folder from which the path of the file is told.
        """
        return dataclasses.asdict(self) | {"file": self.file.relative_to(folder).as_posix()}


def find_step_trace(folder: Path) -> StepTrace | None:
    """The newest trace of marked steps below `folder`, or None; a file that a kill cut short counts as none."""
    for file in reversed(_list_traces(folder)):
        markers = _read_markers(_load_space(file))
        if markers:
            return _describe(file, markers)
    return None


def finish_step_trace(folder: Path) -> StepTrace:
    """The newest trace below `folder`, made readable for TensorBoard's Profile tab and read back.

    Raises:
        InputError: There is none, or it has no marked step.
        OSError: It cannot be written again.
    """
    files = _list_traces(folder)
    space = _load_space(files[-1]) if files else None
    markers = _read_markers(space)
    if space is None or not markers:
        raise InputError(f"{folder} got no trace with a marked step: choose other steps to profile.")
    if flatten_loops(space):
        write_whole(files[-1], space.SerializeToString())
    return _describe(files[-1], markers)


def _list_traces(folder: Path) -> list[Path]:
    return sorted(folder.glob("plugins/profile/*/*.xplane.pb"))  # a session's name is its time


def _load_space(file: Path) -> Any:
    try:
        return parse_space(file.read_bytes())
    except TraceError:
        return None


def _read_markers(space: Any) -> dict[int, int]:
    """The number of batches of every marked step, by the step's number."""
    found = (stats for plane in (space.planes if space else ()) for stats in _iterate_markers(plane))
    return {stats[STEP_NUMBER]: stats.get(NUM_BATCHES, 1) for stats in found if stats.get(ROOT_LEVEL) == 1}


def _iterate_markers(plane: Any) -> Iterator[dict[str, int]]:
    markers = {entry.key for entry in plane.event_metadata if entry.value.name == MARK}
    names = {entry.key: entry.value.name for entry in plane.stat_metadata}
    for line in plane.lines if markers else ():
        for event in line.events:
            if event.metadata_id in markers:
                yield {names[stat.metadata_id]: stat.int64_value for stat in event.stats if stat.metadata_id in names}


def _describe(file: Path, markers: dict[int, int]) -> StepTrace:
    last = max(markers)
    return StepTrace(file, min(markers), last + markers[last] - 1, len(markers))
