"""Memory, where the trace has its events: the peak of each allocator, what was largest, and how fragmented it was.

The host's allocator of TensorFlow tells the same bytes as the device's: what is allocated at each moment.

Source: openxla/xla, ``xla/tsl/framework/bfc_allocator.cc`` and ``tsl/profiler/lib/scoped_memory_debug_annotation.h``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from reports.xplane.events import ALLOCATOR, FRAGMENTATION, MEMORY, TF_OP, Argument, Events
from reports.xplane.periods import Ints

ALLOCATED, PEAK, SIZE = "bytes_allocated", "peak_bytes_in_use", "allocation_bytes"
ALLOCATION = "MemoryAllocation"
MOST_ALLOCATIONS = 5
UNNAMED = "(no operation told)"
UNTOLD = frozenset({"", "(null)"})  # what the profiler writes for the name of an operation or allocator that it lacks
NAMELESS = "(no name told)"


@dataclass(frozen=True)
class Allocation:
    """What an operation allocated at once, at most, and how often it did."""

    operation: str
    num_bytes: int
    num_calls: int


@dataclass(frozen=True)
class Allocator:
    """The memory of one allocator while the trace was captured.

    Args:
        name: Such as "GPU_0_bfc" or "mklcpu".
        peak_bytes: The most that was allocated at once in the capture.
        lifetime_peak_bytes: The most since the program began, as the allocator tells; 0 if it does not.
        fragmentation: Largest fragmentation that was told, 0 to 1; None if none was.
        num_allocations: Number of allocations in the capture.
        largest: The largest allocations, by operation.
    """

    name: str
    peak_bytes: int
    lifetime_peak_bytes: int
    fragmentation: float | None
    num_allocations: int
    largest: tuple[Allocation, ...]


def describe_memory(host: Events) -> tuple[Allocator, ...]:
    """The allocators of the trace, the one with the highest peak first."""
    places = host.find(MEMORY.match)
    by_name: defaultdict[str, list[int]] = defaultdict(list)
    for place, name in zip(places.tolist(), _look_up(host.get(ALLOCATOR), places, ""), strict=True):
        by_name[name].append(place)
    found = [_describe(host, name, np.array(each, np.int64)) for name, each in sorted(by_name.items())]
    return tuple(sorted(found, key=lambda allocator: allocator.peak_bytes, reverse=True))


def _describe(host: Events, name: str, places: Ints) -> Allocator:
    allocated, peaks = host.look_up(ALLOCATED, places), host.look_up(PEAK, places)
    fragmentation = [value for value in _look_up(host.get(FRAGMENTATION), places, None) if value is not None]
    kind = host.names.index(ALLOCATION) if ALLOCATION in host.names else -1
    allocations = places[host.kinds[places] == kind]
    return Allocator(
        name=NAMELESS if name in UNTOLD else name,
        peak_bytes=max(0, int(allocated.max(initial=0))),
        lifetime_peak_bytes=max(0, int(peaks.max(initial=0))),
        fragmentation=max(fragmentation, default=None),
        num_allocations=len(allocations),
        largest=_find_largest(host, allocations),
    )


def _find_largest(host: Events, allocations: Ints) -> tuple[Allocation, ...]:
    sizes = host.look_up(SIZE, allocations).tolist()
    operations = _look_up(host.get(TF_OP), allocations, "")
    by_operation: defaultdict[str, list[int]] = defaultdict(list)
    for operation, size in zip(operations, sizes, strict=True):
        by_operation[UNNAMED if operation in UNTOLD else operation].append(size)
    found = [Allocation(operation, max(0, *each), len(each)) for operation, each in by_operation.items()]
    return tuple(sorted(found, key=lambda each: each.num_bytes, reverse=True)[:MOST_ALLOCATIONS])


def _look_up(told: Argument, places: Ints, missing: Any) -> list[Any]:
    """The values of an argument at these events."""
    at = np.searchsorted(told.at, places)
    there = at < len(told.at)
    there[there] = told.at[at[there]] == places[there]
    found = iter(told.values[at[there]].tolist())
    return [next(found) if known else missing for known in there.tolist()]
