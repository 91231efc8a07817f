"""How well pipelines mix their examples: 0 is the order without their shuffles, 1 one at random."""

from __future__ import annotations

from collections.abc import Callable

from reports.drawing.blocks import Cell, Column, Row, Table, build_row, number_columns
from reports.drawing.numbers import render_estimate, render_ratio
from reports.record.sample import Mixing, MixingReading
from reports.stats.median import estimate_median
from reports.summary.case import CaseSummary
from reports.summary.summary import Summary

EXPLAINED = (
    "displacement: how far examples move from their places without shuffling; 0 unmoved, 1 as at random",
    "label runs: how often the label changes, were those places sorted by ten labels; likewise",
)
NONE = Cell("-")


def tabulate_mixing_scores(summary: Summary) -> list[Table]:
    """A row a pipeline that has scores; no table where none has."""
    scored = [(case, reading) for case, reading in _list_read(summary) if reading.passes]
    if not scored:
        return []
    columns = (Column("pipeline", least=12), *number_columns("displacement", "label runs", "examples"))
    return [Table("mixing score", columns, tuple(_list(*each) for each in scored))]


def explain_mixing_scores(summary: Summary) -> list[str]:
    """What the columns mean, and why a pipeline has no score, a line each; none where nothing was read."""
    read = _list_read(summary)
    without = [f"{case.name} has no mixing score: {reading.why}" for case, reading in read if reading.why]
    return [*(EXPLAINED if any(reading.passes for _, reading in read) else ()), *without]


def _list_read(summary: Summary) -> list[tuple[CaseSummary, MixingReading]]:
    return [(case, case.mixing) for case in summary.cases if case.mixing is not None]


def _list(case: CaseSummary, reading: MixingReading) -> Row:
    return build_row(
        case.name,
        _show(reading, lambda scores: scores.displacement),
        _show(reading, lambda scores: scores.label_runs),
        Cell(f"{reading.num_examples:,}", reading.num_examples),
    )


def _show(reading: MixingReading, read: Callable[[Mixing], float]) -> Cell:
    found = estimate_median([read(scores) for scores in reading.passes])
    return Cell(render_estimate(found, render_ratio), found.median)
