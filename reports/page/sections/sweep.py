"""A sweep: what to change of a pipeline, what that gains on fresh pairs, and what was not tried."""

from __future__ import annotations

from reports.drawing.blocks import Section
from reports.sweep.record import SweepRecord
from reports.sweep.result import judge_sweep
from reports.sweep.tables import tabulate_sweep


def describe_sweep(sweep: SweepRecord | None) -> Section | None:
    """The same as in a terminal; None for a run that is no sweep."""
    if sweep is None:
        return None
    return Section("sweep", "Which order is faster?", tuple(tabulate_sweep(judge_sweep(sweep))))
