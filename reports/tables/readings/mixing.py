"""How well pipelines mix their examples: 0 is the order without their shuffles, 1 one at random."""

from __future__ import annotations

from collections.abc import Callable

from reports.drawing.numbers import render_estimate, render_ratio
from reports.record.sample import Mixing, MixingReading
from reports.stats.median import estimate_median
from reports.summary.case import CaseSummary
from reports.summary.summary import Summary

EXPLAINED = "of 1, as at random: by how far examples move, and how often ten labels change by which they came sorted"


def tell_mixing(summary: Summary) -> list[str]:
    """The scores of each pipeline, or why it has none, a line each, and what they mean; none where nothing was read."""
    read = [(case, case.mixing) for case in summary.cases if case.mixing is not None]
    scored = any(reading.passes for _, reading in read)
    return [*(_tell(*each) for each in read), *([EXPLAINED] if scored else [])]


def _tell(case: CaseSummary, reading: MixingReading) -> str:
    if not reading.passes:
        return f"{case.name} has no mixing score: {reading.why}"
    moved = _show(reading, lambda scores: scores.displacement)
    runs = _show(reading, lambda scores: scores.label_runs)
    return f"mixing score of {case.name}: displacement {moved}, label runs {runs}, {reading.num_examples:,} examples"


def _show(reading: MixingReading, read: Callable[[Mixing], float]) -> str:
    return render_estimate(estimate_median([read(scores) for scores in reading.passes]), render_ratio)
