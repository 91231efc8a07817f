"""The cores that this process may use."""

from __future__ import annotations

import os


def count_cores() -> int:
    """The cores that this process may use, which a container or ``taskset`` can make fewer than there are."""
    return len(find_allowed_cores())


def find_allowed_cores() -> frozenset[int]:
    """The numbers of the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return frozenset(os.sched_getaffinity(0))
    return frozenset(range(os.cpu_count() or 1))
