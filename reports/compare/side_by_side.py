"""Any number of runs: each beside the first, and devices beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.compare.pairing import CompareError, Comparison, compare_runs
from reports.compare.speed_up import SpeedUps, find_speed_ups
from reports.summary.summary import Summary

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # what tables call the runs


@dataclass(frozen=True)
class SideBySide:
    """Runs side by side.

    Args:
        runs: Runs in the order in which they were named.
        comparisons: Comparison of each run with the first, which has none.
        speed_ups: Other devices beside the CPU.
    """

    runs: tuple[Summary, ...]
    comparisons: tuple[Comparison, ...]
    speed_ups: tuple[SpeedUps, ...]


def put_side_by_side(runs: Sequence[Summary]) -> SideBySide:
    """All that can be said of these runs, of which there must be at least one.

    Raises:
        CompareError: They are too many, or two of them cannot be compared.
    """
    if len(runs) > len(LETTERS):
        raise CompareError(f"at most {len(LETTERS)} runs can be compared at once, got {len(runs)}.")
    comparisons = tuple(compare_runs(runs[0], other) for other in runs[1:])
    return SideBySide(tuple(runs), comparisons, find_speed_ups(runs))
