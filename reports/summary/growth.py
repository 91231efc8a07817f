"""Whether memory grows from epoch to epoch: flat, or so many bytes an epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.record.memory import Memory
from reports.stats.median import Estimate
from reports.stats.slope import estimate_slope

SETTLING = 2  # epochs that come first: the allocator's arenas and the pools of threads still grow in them
LEAST_BYTES = 100_000  # an epoch: less is no leak that anybody has time for
FEWEST_READINGS = 6  # with an interval


@dataclass(frozen=True)
class Growth:
    """How memory changes over epochs, in bytes an epoch.

    Args:
        heap: Slope of the live heap; None where the platform does not tell it.
        resident: Slope of the resident memory, likewise.
        num_batches: Number of batches that stand for an epoch where it is cut; None for whole epochs.
    """

    heap: Estimate | None
    resident: Estimate | None
    num_batches: int | None

    @property
    def leaks(self) -> bool:
        """True if the heap surely grows; where that is not told, the resident memory."""
        told = self.heap if self.heap is not None else self.resident
        return told is not None and not is_flat(told)

    @property
    def only_resident(self) -> bool:
        """True if resident memory surely grows and the heap does not."""
        both = self.heap is not None and self.resident is not None
        return both and not self.leaks and self.resident is not None and not is_flat(self.resident)


def is_flat(slope: Estimate) -> bool:
    """True unless a slope is surely large enough to matter."""
    return slope.low is None or slope.low < LEAST_BYTES


def estimate_growth(memory: Memory) -> Growth | None:
    """The growth over a reading's epochs, the first ones left out; None where there are too few."""
    settled = memory.epochs[SETTLING:]
    if len(settled) < FEWEST_READINGS:
        return None
    heap = _estimate([each.live_bytes for each in settled])
    resident = _estimate([each.resident_bytes for each in settled])
    extent = memory.extent
    return Growth(heap, resident, extent.num_batches if extent is not None and extent.is_cut else None)


def _estimate(readings: Sequence[int | None]) -> Estimate | None:
    known = [each for each in readings if each is not None]
    return estimate_slope(known) if len(known) == len(readings) else None
