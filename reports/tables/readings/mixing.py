"""How well pipelines mix their examples: 0 is the order without their shuffles, 1 one at random."""

from __future__ import annotations

from reports.drawing.numbers import render_estimate, render_ratio
from reports.record.sample import MixingReading
from reports.summary.case import CaseSummary
from reports.summary.metric import DISPLACEMENT, LABEL_RUNS
from reports.summary.summary import Summary

EXPLAINED = "from 0, unmoved, to 1, at random: how far examples move; how often labels change that came sorted"


def tell_mixing(summary: Summary) -> list[str]:
    """The scores of each pipeline, or why it has none, a line each, and what they mean; none where nothing was read."""
    read = [(case, case.mixing) for case in summary.cases if case.mixing is not None]
    scored = any(reading.passes for _, reading in read)
    return [*(_tell(*each) for each in read), *([EXPLAINED] if scored else [])]


def _tell(case: CaseSummary, reading: MixingReading) -> str:
    if not reading.passes:
        return f"{case.name} has no mixing score: {reading.why}"
    moved, runs = (render_estimate(case.get(metric), render_ratio) for metric in (DISPLACEMENT, LABEL_RUNS))
    of = f"{'' if reading.is_whole else 'the first '}{reading.num_examples:,} examples"
    return f"mixing score of {case.name}: displacement {moved}, label runs {runs}, of {of}"
