"""Shuffle quality beside shuffle cost: what each buffer and each ordering does to data that comes sorted by label."""

from __future__ import annotations

from reports.drawing.blocks import Block, Column, Emphasis, Gap, Lines, Row, Table, build_row, number_columns
from reports.drawing.numbers import render_accuracy, render_estimate, render_ratio, render_seconds
from reports.record.record import CaseRecord, Record
from reports.stats.median import Estimate, estimate_median
from reports.summary.estimates import estimate_first_batch_s, read_turns

SHORTEST_NAME = 20  # columns: the longest name of an ordering
SORTED, BUFFER = "sorted_", "buffer_"  # the accuracy with a buffer stands beside the mixing by it


COLUMNS = (
    Column("  ordering", least=SHORTEST_NAME),
    *number_columns("displacement", "label runs", "first", "accuracy %"),
)
EXPLAINED = (
    "displacement: how far examples move; label runs: how often the label changes, of data sorted by label",
    "both from 0, unmoved, to 1, a uniform permutation; buffer_N: shuffle(N).batch(128).map().prefetch(auto)",
    "accuracy: on the test set, after one epoch on the data sorted by label",
)


def tabulate_mixing(record: Record) -> list[Block]:
    """The table, the best mixed first; nothing where the record has no such case."""
    cases = [case for case in record.cases if case.consumer == "mixing"]
    if not cases:
        return []
    ranked = sorted(cases, key=lambda case: _estimate("displacement", case).median, reverse=True)
    rows = tuple(_list_case(record, case) for case in ranked)
    return [Table("shuffle quality", COLUMNS, rows), Lines(EXPLAINED, Emphasis.FAINT), Gap()]


def _list_case(record: Record, case: CaseRecord) -> Row:
    scores = (render_estimate(_estimate(metric, case), render_ratio) for metric in ("displacement", "label_runs"))
    first = render_seconds(estimate_first_batch_s(case).median)
    return build_row(f"  {case.name}", *scores, first, _render_accuracy(record, case))


def _estimate(metric: str, case: CaseRecord) -> Estimate:
    return estimate_median(list(read_turns(metric, case).values()))


def _render_accuracy(record: Record, case: CaseRecord) -> str:
    """That of the model trained through the same buffer."""
    name = case.name.replace(BUFFER, SORTED)
    twin = next((each for each in record.cases if each.group == "accuracy" and each.name == name), None)
    known = twin is not None and read_turns("accuracy", twin)
    return render_estimate(estimate_median(list(known.values())), render_accuracy) if known else ""
