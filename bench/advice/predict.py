"""How much a rewrite will hold: its buffers by their sizes, and a cache by what would be in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.machine.clock import Clock
from bench.pipelines.arguments import find_arguments
from bench.pipelines.building import build_small, find_asked
from bench.pipelines.bytes import Sampler
from bench.pipelines.chain import count_elements
from bench.pipelines.holdings import find_holding
from bench.subjects.elements import count_bytes
from bench.subjects.shrinking import shrink_buffers

LIMIT_S = 2.0  # to read what a cache would hold
NS_PER_S = 1_000_000_000
SOURCES = ("from_tensor_slices", "from_tensors")  # what they hold is there before the pipeline is


def predict_bytes(make: Callable[[], Any], folder: Path) -> int | None:
    """What the buffers of a pipeline will hold, those of unknown size left out; None if there are none.

    Args:
        make: Makes its dataset.
        folder: Folder for what its caches and snapshots write.
    """
    stages = build_small(make, folder).stages
    sizes, counts = Sampler(stages, frozenset()).find_all(), [count_elements(stage) for stage in stages]
    known = []
    for stage in stages:
        arguments = find_arguments(stage.dataset, find_asked(stage.dataset))
        holding = find_holding(stage, stages, arguments, sizes, counts)
        if holding is not None and holding.num_bytes is not None and stage.name not in SOURCES:
            known += [] if holding.is_on_disk else [holding.num_bytes]
    return sum(known) if known else None


def count_bytes_until(make: Callable[[], Any], clock: Clock) -> int | None:
    """The bytes of all elements of a pipeline; None if they are not read within the limit."""
    end_ns, total = clock.wall_ns() + round(LIMIT_S * NS_PER_S), 0
    with shrink_buffers(shuffle=1):
        dataset = make()
    for element in dataset:
        total += count_bytes(element)
        if clock.wall_ns() > end_ns:
            return None
    return total
