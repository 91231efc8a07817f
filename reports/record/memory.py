"""What a pipeline holds, in bytes, and how that came about over time."""

from __future__ import annotations

from dataclasses import dataclass

from reports.record.checks import check_count

BYTE_COUNTS = (
    *("predicted_bytes", "live_bytes", "peak_bytes", "kept_bytes", "kept_after_trim_bytes"),
    *("gpu_peak_bytes", "source_bytes"),
)  # all but the first may be None


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
class Memory:
    """What a pipeline holds, in bytes; None where the platform has no source.

    Args:
        predicted_bytes: What the iterator and the cache hold, predicted from the pipeline's description alone.
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
    """

    predicted_bytes: int
    live_bytes: int | None
    peak_bytes: int | None
    kept_bytes: int | None
    kept_after_trim_bytes: int | None
    gpu_peak_bytes: int | None = None
    reading_ns: int = 0
    source_bytes: int | None = None
    series: tuple[HeapReading, ...] = ()

    def __post_init__(self) -> None:
        for name in BYTE_COUNTS:
            value = getattr(self, name)
            if value is not None or name == "predicted_bytes":
                check_count(f"Memory.{name}", value)
