"""Shuffle quality beside shuffle cost: what each buffer and each ordering does to data that comes sorted by label."""

from __future__ import annotations

from reports.drawing.blocks import Block, Cell, Emphasis, Gap, Lines, Row, Table, build_row, number_columns
from reports.drawing.numbers import render_estimate, render_fine_percent
from reports.summary.fields import Mixed
from reports.summary.metric import DISPLACEMENT, LABEL_RUNS
from reports.summary.summary import Summary
from reports.tables.cells import EMPTY, show_estimate, show_first_batch
from reports.tables.orderings import ORDERING

COLUMNS = (ORDERING, *number_columns("displacement", "label runs", "first", "accuracy %"))
EXPLAINED = (
    "displacement: how far examples move; label runs: how often the label changes, of data sorted by label",
    "both from 0, unmoved, to 1, a uniform permutation; buffer_N: shuffle(N).batch(128).map().prefetch(auto)",
    "accuracy: on the test set, after one epoch on the data sorted by label",
)


def tabulate_mixing(summary: Summary) -> list[Block]:
    """The table, the best mixed first; nothing where the run has no such case."""
    if not summary.mixed:
        return []
    rows = tuple(_list_mixed(mixed) for mixed in summary.mixed)
    return [Table("shuffle quality", COLUMNS, rows), Lines(EXPLAINED, Emphasis.FAINT), Gap()]


def _list_mixed(mixed: Mixed) -> Row:
    scores = (show_estimate(mixed.case.find(score)) for score in (DISPLACEMENT, LABEL_RUNS))
    found = mixed.accuracy
    accuracy = EMPTY if found is None else Cell(render_estimate(found, render_fine_percent), found.median)
    return build_row(f"  {mixed.case.name}", *scores, show_first_batch(mixed.case), accuracy)
