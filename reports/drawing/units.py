"""What metrics count in, and how a value is shown with its unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reports.drawing.numbers import (
    render_fine_percent,
    render_mebibytes,
    render_percent,
    render_rate,
    render_ratio,
    render_seconds,
)

DIGITS = 3  # of a value that stands beside others of its kind, without an interval


@dataclass(frozen=True)
class Unit:
    """What a metric counts in.

    Args:
        name: Name of the unit, as exports end their names with it.
        render: Function that shows a value together with its unit.
    """

    name: str
    render: Callable[[float], str]


SECONDS = Unit("s", render_seconds)
SHARE = Unit("share", lambda value: f"{render_percent(value, DIGITS)} %")
ACCURACY_SHARE = Unit("share", lambda value: f"{render_fine_percent(value, DIGITS)} %")
BYTES = Unit("bytes", lambda value: f"{render_mebibytes(round(value))} MiB")
FACTOR = Unit("ratio", lambda value: render_ratio(value, DIGITS))
EXAMPLES_PER_S = Unit("examples/s", lambda value: f"{render_rate(value, DIGITS)} examples/s")
