"""What github-action-benchmark draws and compares: a JSON array for its tool customSmallerIsBetter.

One file has one direction, so rates stand as times: half the rate is twice the time per example.
Source: benchmark-action/github-action-benchmark v1.22, src/extract.ts, BenchmarkResult.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from reports.drawing.numbers import MEBIBYTE, round_significant
from reports.formats.results import ExportError, collect_results
from reports.stats.median import CONFIDENCE, Estimate
from reports.summary.case import CaseSummary
from reports.summary.metric import FIRST_BATCH, GPU_PEAK_BYTES, LIVE_BYTES, ROUND_TIME, TIME, Metric
from reports.summary.summary import Summary
from reports.tables.notes import tell_setting

DIGITS = 6  # finer than any run, and short enough for the table that the action puts under a commit


@dataclass(frozen=True)
class Chart:
    """One chart of a case: its title, the unit, and how much of the metric's unit that is. An only one has no title.

    The unit never changes with the value: the action compares two runs by number.
    """

    metric: Metric
    title: str
    unit: str
    scale: float


@dataclass(frozen=True)
class Entry:
    """One point of a chart, in the action's own names."""

    name: str
    unit: str
    value: float
    range: str
    extra: str


CHARTS = (
    Chart(TIME, "time per example", "us", 1e-6),
    Chart(FIRST_BATCH, "first batch", "ms", 1e-3),
    Chart(LIVE_BYTES, "live memory", "MiB", MEBIBYTE),
    Chart(GPU_PEAK_BYTES, "peak GPU memory", "MiB", MEBIBYTE),
)
OF_BENCHMARKS = (Chart(ROUND_TIME, "", "us", 1e-6),)  # of other projects


def render_github_benchmark(summary: Summary) -> str:
    """The entries of all cases; smaller is better for each.

    Raises:
        ExportError: There is none, which the action would refuse.
    """
    setting = "\n".join(tell_setting(summary))
    charts = OF_BENCHMARKS if summary.benchmarks else CHARTS
    entries = [entry for result in collect_results(summary) for entry in _build_entries(result, charts, setting)]
    if not entries:
        raise ExportError(f"the record has nothing to draw: {', '.join(chart.title for chart in CHARTS)}.")
    return json.dumps([_leave_out_empty(entry) for entry in entries], indent=2, allow_nan=False) + "\n"


def _build_entries(result: CaseSummary, charts: Sequence[Chart], setting: str) -> Iterator[Entry]:
    for chart in charts:
        estimate = result.find(chart.metric)
        if estimate is not None:
            value = round_significant(estimate.median / chart.scale, DIGITS)
            extra = "\n".join(filter(None, (result.ordering, _describe_count(result, estimate), setting)))
            name = f"{result.id}: {chart.title}" if chart.title else result.id
            yield Entry(name, chart.unit, value, _render_range(estimate, chart.scale), extra)


def _render_range(estimate: Estimate, scale: float) -> str:
    """The interval; empty where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f"[{estimate.low / scale:.{DIGITS}g}, {estimate.high / scale:.{DIGITS}g}]"


def _describe_count(result: CaseSummary, estimate: Estimate) -> str:
    if estimate.count == 1:
        return "one reading"
    turns = "turns" if result.consumer else "rounds"
    return f"median of {estimate.count} {turns}, {'rough ' if result.is_rough else ''}{CONFIDENCE:.0%} interval"


def _leave_out_empty(entry: Entry) -> dict[str, str | float]:
    """The action takes a range that is not there, and shows an empty one."""
    return {name: value for name, value in asdict(entry).items() if value != ""}
