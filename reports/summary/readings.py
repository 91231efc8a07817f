"""Bytes that were read once for a case, and what a ratio of two such readings is worth."""

from __future__ import annotations

from reports.record.record import Memory
from reports.stats.median import Estimate

# One reading of a case's bytes in a process of its own stands for the others: they differ by less than this, as a
# factor, from their median (docs/claims.md has the command and what it gave). Resident memory counts whole pages.
READING_SPREAD = {"live_bytes": 1.06, "source_bytes": 1.15}


def read_bytes(metric: str, memory: Memory | None) -> int | None:
    """The reading of a metric, one of `READING_SPREAD`; None where there is none."""
    value: int | None = getattr(memory, metric, None)
    return value


def estimate_reading_ratio(metric: str, numerator: float, denominator: float, num_readings: int = 2) -> Estimate:
    """The ratio of two readings, or of a reading and a number, with the spread that readings are known to have.

    Args:
        metric: one of `READING_SPREAD`.
        numerator: bytes.
        denominator: bytes, above 0.
        num_readings: how many of the two are readings.
    """
    ratio, spread = numerator / denominator, READING_SPREAD[metric] ** num_readings
    return Estimate(ratio, ratio / spread, ratio * spread, 1)
