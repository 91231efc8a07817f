"""What the ratio of two readings of bytes is worth, each of which was taken once."""

from __future__ import annotations

from reports.stats.median import Estimate
from reports.summary.metric import Metric


def estimate_reading_ratio(metric: Metric, numerator: float, denominator: float, num_readings: int = 2) -> Estimate:
    """The ratio of two readings, or of a reading and a number, with the spread that readings are known to have.

    Args:
        metric: Metric that is read once and has a spread.
        numerator: Bytes that were read.
        denominator: Bytes that they are divided by, above 0.
        num_readings: How many of the two are readings.

    Raises:
        ValueError: The metric has no known spread.
    """
    if metric.spread is None:
        raise ValueError(f"readings of {metric.name} have no known spread.")
    ratio, spread = numerator / denominator, metric.spread**num_readings
    return Estimate(ratio, ratio / spread, ratio * spread, 1)
