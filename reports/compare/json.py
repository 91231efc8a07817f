"""Runs side by side as JSON, for scripts."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from mnist_core.terminal.schemas import render_json as render
from reports.compare.conclusion import Conclusion, Verdicts
from reports.compare.overview import find_middles
from reports.compare.pairing import Change, Comparison
from reports.compare.side_by_side import SideBySide
from reports.compare.speed_up import SpeedUps
from reports.compare.thresholds import MetricThreshold
from reports.stats.median import Estimate
from reports.summary.metric import TIME
from reports.summary.summary import Summary


def render_json(
    shown: SideBySide, thresholds: Sequence[MetricThreshold], conclusion: Conclusion, exit_code: int | None = None
) -> str:
    """Every case, metric and difference; seconds, bytes and shares of 1. A ratio is that of the run to the first.

    Args:
        shown: The runs.
        thresholds: How much worse each metric may be; may be none.
        conclusion: What the thresholds make of the runs.
        exit_code: What the command ends with; None is what the conclusion asks for.
    """
    content = {
        "runs": [_describe_run(run) for run in shown.runs],
        "fail_on": [str(threshold) for threshold in thresholds],
        "comparisons": [
            {"run": number + 1, **_describe_comparison(comparison, conclusion.get_verdicts(number))}
            for number, comparison in enumerate(shown.comparisons)
        ],
        "speed_ups": [row for found in shown.speed_ups for row in _describe_speed_ups(found)],
        "exit_code": conclusion.outcome.exit_code if exit_code is None else exit_code,
        "conclusion": list(conclusion.lines),
    }
    return render("compare", content)


def _describe_run(run: Summary) -> dict[str, Any]:
    return {
        "path": run.path,
        "datetime": run.datetime,
        "machine": dict(run.machine),
        "versions": dict(run.versions),
        "data_name": run.data_name,
        "data_fingerprint": run.data_fingerprint,
        "remarks": list(run.remarks),
    }


def _describe_comparison(comparison: Comparison, verdicts: Verdicts) -> dict[str, Any]:
    middles = {metric: find_middles(comparison.select(metric)) for metric in comparison.metrics}
    return {
        "machine_doubt": comparison.machine_doubt,
        "differences": [dataclasses.asdict(difference) for difference in comparison.differences],
        "changes": [
            _describe_change(change, verdicts, middles[change.metric].get(change.case)) for change in comparison.changes
        ],
        "only_first": list(comparison.only_first),
        "only_second": list(comparison.only_second),
        "unlike": list(comparison.unlike),
        "zeros": list(comparison.list_zeros()),
        "moved": list(comparison.moved),
    }


def _describe_change(change: Change, verdicts: Verdicts, middle: float | None) -> dict[str, Any]:
    verdict = verdicts.get((change.case, change.metric.name))
    return {
        "case": change.case.label,
        "metric": change.metric.name,
        "more_is_better": change.metric.more_is_better,
        "first": _describe_estimate(change.first),
        "second": _describe_estimate(change.second),
        "ratio": _describe_estimate(change.ratio),
        "beside_others": None if middle is None else _describe_estimate(change.ratio.scale(1 / middle)),
        "is_disturbed": change.is_disturbed,
        "is_rough": change.is_rough,
        "mean_ratio": change.mean_ratio,
        "trend": change.trend.value,
        "verdict": None if verdict is None else verdict.value,
    }


def _describe_speed_ups(found: SpeedUps) -> list[dict[str, Any]]:
    return [
        {
            "case": row.case.label,
            "metric": TIME.name,
            "cpu_run": found.cpu_run,
            "other_run": found.other_run,
            "cpu": _describe_estimate(row.cpu_s),
            "other": _describe_estimate(row.other_s),
            "speed_up": _describe_estimate(row.ratio),
        }
        for row in found.rows
    ]


def _describe_estimate(estimate: Estimate) -> dict[str, Any]:
    """The estimate's fields; the median is a float, also of bytes, which are counted."""
    return {**dataclasses.asdict(estimate), "median": float(estimate.median)}
