"""Repairs an XSpace of our own, so that TensorBoard's Profile tab shows its steps where its graphs have loops.

xprof, which fills that tab, takes an event of the host for a step if it carries the argument ``_r`` ("root"). It drops
all of them where a trace holds the iterations of a graph's loop, which it takes for the steps; it knows these by an
``iter_num`` above 0. `mnist_core.profiling` repairs what it captures; whoever reads a trace here needs no repair.

Source: openxla/xla, ``xla/tsl/profiler/utils/group_events.cc``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mnist_core.files.xspace import add_stat_name

STEP_NUMBER, ROOT_LEVEL = "step_num", "_r"  # arguments of tf.profiler.experimental.Trace
ITERATION = "iter_num"  # an argument of what runs in a graph
LOOP_ITERATION = "loop_iter_num"  # ours: keeps the number of an iteration


def flatten_loops(space: Any) -> bool:
    """Call every iteration of a loop the iteration 0, as without loops; False if there is no loop.

    The number cannot be left out: by it and the step's, xprof knows to which step a fetch of input belongs.
    """
    found = [(plane, *each) for plane in space.planes for each in _iterate_stats(plane, ITERATION)]
    if all(number.int64_value == 0 for _, _, number in found):
        return False
    for plane, event, number in found:
        event.stats.add(metadata_id=add_stat_name(plane, LOOP_ITERATION), int64_value=number.int64_value)
        number.int64_value = 0
    return True


def _iterate_stats(plane: Any, name: str) -> Iterator[tuple[Any, Any]]:
    """Every event of the plane that carries the argument `name`, with that argument."""
    numbers = {entry.key for entry in plane.stat_metadata if entry.value.name == name}
    for line in plane.lines if numbers else ():
        for event in line.events:
            stat = next((each for each in event.stats if each.metadata_id in numbers), None)
            if stat is not None:
                yield event, stat
