"""How well each buffer and each ordering shuffles data that comes sorted by label."""

from __future__ import annotations

from collections.abc import Sequence

from reports.drawing.blocks import Figure, Row, Section, Table, number_columns, text_columns
from reports.drawing.numbers import render_estimate, render_ratio
from reports.page.charts.intervals_chart import Mark, draw_intervals
from reports.page.charts.meanings import SPARE
from reports.page.names import name_row
from reports.page.sections.speed import READ_INTERVALS
from reports.summary.case import CaseSummary
from reports.summary.metric import DISPLACEMENT, LABEL_RUNS
from reports.summary.summary import Summary
from reports.tables.cells import show_estimate, show_first_batch, show_name

SCORES = {DISPLACEMENT: "how far examples move", LABEL_RUNS: "how often the label changes"}


def describe_mixing(summary: Summary) -> Section | None:
    """Shuffle quality; None where the run did not score it."""
    if not summary.mixed:
        return None
    cases = [mixed.case for mixed in summary.mixed]
    return Section("mixing", "How well does it shuffle?", (draw_mixing(cases), _list_mixing(cases)))


def draw_mixing(cases: Sequence[CaseSummary]) -> Figure:
    """Both scores of every scored case."""
    marks = [
        Mark(name_row(case), title, each, render_estimate(each, render_ratio), case.ordering, colour)
        for case in cases
        for (score, title), colour in zip(SCORES.items(), SPARE, strict=True)
        for each in (case.get(score),)
    ]
    return Figure(
        "Shuffle quality of data sorted by label, 0 to 1",
        f"0 is unmoved, 1 is a uniform permutation. {READ_INTERVALS}",
        draw_intervals(marks, "0: as it came, 1: a uniform permutation", series="score", log=False),
    )


def _list_mixing(cases: Sequence[CaseSummary]) -> Table:
    columns = (*text_columns("ordering"), *number_columns(*SCORES.values(), "first batch"))
    return Table("Shuffle quality and what it costs", columns, tuple(_list_case(case) for case in cases))


def _list_case(case: CaseSummary) -> Row:
    return (show_name(case), *(show_estimate(case.find(score)) for score in SCORES), show_first_batch(case))
