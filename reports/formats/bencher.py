"""Bencher Metric Format: by benchmark and measure, a value between a lower and an upper one.

Source: bencherdev/bencher, lib/bencher_valid/src/benchmark_name.rs and slug.rs, lib/bencher_json/src/project/metric;
https://bencher.dev/docs/reference/bencher-metric-format.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from reports.formats.results import ExportError, collect_results
from reports.stats.median import Estimate
from reports.summary.case import CaseSummary
from reports.summary.metric import (
    ACCURACY,
    BUSY_SHARE,
    CPU_TIME,
    FIRST_BATCH,
    GPU_PEAK_BYTES,
    LIVE_BYTES,
    NANOSECONDS,
    RATE,
    ROUND_TIME,
    Metric,
)
from reports.summary.summary import Summary

LONGEST_NAME_BYTES = 1024
BUILT_IN = {RATE: "throughput", ROUND_TIME: "latency"}  # of operations, here examples, a second; in nanoseconds
TRACKED = (RATE, FIRST_BATCH, CPU_TIME, BUSY_SHARE, ACCURACY, LIVE_BYTES, GPU_PEAK_BYTES)  # each fact once


def render_bencher(summary: Summary) -> str:
    """The metrics of all cases that have any.

    Raises:
        ExportError: An id is longer than Bencher takes, or no case has a metric.
    """
    tracked = (ROUND_TIME,) if summary.benchmarks else TRACKED
    described = {_check_name(result.id): _describe_metrics(result, tracked) for result in collect_results(summary)}
    metrics = {name: each for name, each in described.items() if each}
    if not metrics:
        raise ExportError(f"the record has nothing that Bencher tracks: {', '.join(map(_name_measure, TRACKED))}.")
    return json.dumps(metrics, indent=2, allow_nan=False) + "\n"


def _check_name(name: str) -> str:
    length = len(name.encode())
    if length > LONGEST_NAME_BYTES:
        raise ExportError(f"Bencher takes names of up to {LONGEST_NAME_BYTES} bytes; {name[:40]}... has {length}.")
    return name


def _describe_metrics(result: CaseSummary, tracked: Sequence[Metric]) -> dict[str, dict[str, float]]:
    scales = {ROUND_TIME: NANOSECONDS}
    found = ((metric, result.find(metric)) for metric in tracked)
    return {
        _name_measure(metric): _describe_metric(estimate.scale(scales.get(metric, 1)))
        for metric, estimate in found
        if estimate is not None
    }


def _name_measure(metric: Metric) -> str:
    """The slug; a measure that Bencher does not know yet, it adds under this name."""
    return BUILT_IN.get(metric, metric.column.replace("_", "-"))


def _describe_metric(estimate: Estimate) -> dict[str, float]:
    metric = {"value": float(estimate.median)}
    if estimate.low is not None and estimate.high is not None:
        metric |= {"lower_value": float(estimate.low), "upper_value": float(estimate.high)}
    return metric
