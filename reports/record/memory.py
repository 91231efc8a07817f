"""What a pipeline holds, in bytes, and how that came about over time."""

from __future__ import annotations

from dataclasses import dataclass

from reports.record.program import Extent
from reports.record.stored.checks import check_count

BYTE_COUNTS = (
    *("predicted_bytes", "live_bytes", "peak_bytes", "kept_bytes", "kept_after_trim_bytes"),
    *("gpu_peak_bytes", "source_bytes"),
)  # each may be None


@dataclass(frozen=True)
class HeapReading:
    """The live heap at one moment.

    Args:
        elapsed_ns: Time since the pipeline began to fill.
        live_bytes: Bytes beyond those that were live at that beginning.
    """

    elapsed_ns: int
    live_bytes: int

    def __post_init__(self) -> None:
        for name in ("elapsed_ns", "live_bytes"):
            check_count(f"HeapReading.{name}", getattr(self, name))


@dataclass(frozen=True)
class EpochReading:
    """What a process has after an epoch, when its iterator is gone; None where the platform has no source.

    Args:
        live_bytes: Bytes on the heap.
        resident_bytes: Bytes of resident memory.
    """

    live_bytes: int | None
    resident_bytes: int | None

    def __post_init__(self) -> None:
        for name in ("live_bytes", "resident_bytes"):
            if getattr(self, name) is not None:
                check_count(f"EpochReading.{name}", getattr(self, name))


@dataclass(frozen=True)
class Memory:
    """What a pipeline holds, in bytes; None where the platform has no source.

    Args:
        predicted_bytes: What the iterator and the cache hold, predicted from the pipeline's description alone; None
            where nobody predicted it.
        live_bytes: Bytes on the heap, beyond the source, when the pipeline holds most.
        peak_bytes: The most resident memory above the baseline.
        kept_bytes: What the allocator keeps after everything has been released.
        kept_after_trim_bytes: What the allocator keeps after malloc_trim.
        gpu_peak_bytes: The most that TensorFlow's allocator had in use on the GPU; None without one.
        reading_ns: How long the reading took.
        source_bytes: The most resident memory that the making of a process' first dataset over the data and its
            first batch add, all buffers left out.
        series: The live heap from the first moment of filling until all is released, in order; empty where the
            platform has no source, and in older records.
        epochs: Readings after each of several epochs, in order; empty where only one was taken.
        extent: How much such an epoch took, where only taking it told; None where that was known.
    """

    predicted_bytes: int | None
    live_bytes: int | None
    peak_bytes: int | None
    kept_bytes: int | None
    kept_after_trim_bytes: int | None
    gpu_peak_bytes: int | None = None
    reading_ns: int = 0
    source_bytes: int | None = None
    series: tuple[HeapReading, ...] = ()
    epochs: tuple[EpochReading, ...] = ()
    extent: Extent | None = None

    def __post_init__(self) -> None:
        for name in BYTE_COUNTS:
            value = getattr(self, name)
            if value is not None:
                check_count(f"Memory.{name}", value)
