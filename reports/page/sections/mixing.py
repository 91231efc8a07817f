"""How well each buffer and each ordering shuffles data that comes sorted by label."""

from __future__ import annotations

from reports.drawing.blocks import Cell, Figure, Section, Table, number_columns, text_columns
from reports.drawing.numbers import render_estimate, render_ratio, render_seconds
from reports.page.charts.intervals_chart import Mark, draw_intervals
from reports.page.names import name_row
from reports.page.sections.speed import READ_INTERVALS
from reports.record.record import CaseRecord, Record
from reports.stats.median import Estimate, estimate_median
from reports.summary.estimates import estimate_first_batch_s, read_turns

SCORES = {"displacement": "how far examples move", "label_runs": "how often the label changes"}


def describe_mixing(record: Record) -> Section | None:
    """Shuffle quality; None where the run did not score it."""
    cases = [case for case in record.cases if all(read_turns(score, case) for score in SCORES)]
    if not cases:
        return None
    ranked = sorted(cases, key=lambda case: _estimate("displacement", case).median, reverse=True)
    return Section("mixing", "How well does it shuffle?", (draw_mixing(ranked), _list_mixing(ranked)))


def draw_mixing(cases: list[CaseRecord]) -> Figure:
    """Both scores of every scored case."""
    marks = [
        Mark(name_row(case), title, estimate, render_estimate(estimate, render_ratio), case.ordering)
        for case in cases
        for title, estimate in ((title, _estimate(score, case)) for score, title in SCORES.items())
    ]
    return Figure(
        "Shuffle quality of data sorted by label, 0 to 1",
        f"0 is unmoved, 1 is a uniform permutation. {READ_INTERVALS}",
        draw_intervals(marks, "0: as it came, 1: a uniform permutation", series="score", log=False),
    )


def _estimate(score: str, case: CaseRecord) -> Estimate:
    return estimate_median(list(read_turns(score, case).values()))


def _list_mixing(cases: list[CaseRecord]) -> Table:
    return Table(
        "Shuffle quality and what it costs",
        (*text_columns("ordering"), *number_columns(*SCORES.values(), "first batch")),
        tuple(_list(case) for case in cases),
    )


def _list(case: CaseRecord) -> tuple[Cell, ...]:
    scores = [_estimate(score, case) for score in SCORES]
    first = estimate_first_batch_s(case).median
    return (
        Cell(case.name, below=(case.ordering,) if case.ordering != case.name else ()),
        *(Cell(render_estimate(score, render_ratio), score.median) for score in scores),
        Cell(render_seconds(first), first),
    )
