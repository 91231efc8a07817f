"""What cases are compared by: each metric with its name, its words, its unit and which way is better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from reports.drawing.numbers import render_accuracy, render_mebibytes, render_percent, render_ratio, render_seconds
from reports.record.record import REFERENCE

DIGITS = 3  # of a value that stands beside others of its kind, without an interval


@dataclass(frozen=True)
class Metric:
    """One metric.

    Args:
        name: in options and in JSON.
        title: in tables.
        render: a value with its unit.
        more_is_better: false for times and bytes.
        tells_speed: it is a matter of the machine: between machines, its ratio is about those.
        is_timed: it comes from a clock, and whoever else uses the machine has a part in it.
    """

    name: str
    title: str
    render: Callable[[float], str]
    more_is_better: bool = False
    tells_speed: bool = False
    is_timed: bool = False


def _render_share(value: float) -> str:
    return f"{render_percent(value, DIGITS)} %"


def _render_accuracy(value: float) -> str:
    return f"{render_accuracy(value, DIGITS)} %"


def _render_bytes(value: float) -> str:
    return f"{render_mebibytes(round(value))} MiB"


def _render_factor(value: float) -> str:
    return render_ratio(value, DIGITS)


TIME = Metric("time", "time per example", render_seconds, tells_speed=True, is_timed=True)
RELATIVE = Metric("relative", f"time relative to {REFERENCE} in the same round", _render_factor, is_timed=True)
METRICS = (  # of this project's runs
    TIME,
    RELATIVE,
    Metric("first_batch", "time to the first batch", render_seconds, tells_speed=True, is_timed=True),
    Metric("busy", "share of time in computing", _render_share, more_is_better=True, tells_speed=True, is_timed=True),
    Metric("live_bytes", "live heap beyond the source", _render_bytes),
    Metric("source_bytes", "resident memory of the source", _render_bytes),
    Metric("accuracy", "accuracy on the test set", _render_accuracy, more_is_better=True),
    Metric("displacement", "how far shuffling moved the examples", _render_factor, more_is_better=True),
    Metric("label_runs", "how often the label changes", _render_factor, more_is_better=True),
)
PLAIN_METRICS = (replace(TIME, title="time of a round"),)  # other projects' files tell of no examples
