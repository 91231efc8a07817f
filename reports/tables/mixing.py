"""Shuffle quality beside shuffle cost: what each buffer and each ordering does to data that comes sorted by label."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from reports.drawing.numbers import render_accuracy, render_estimate, render_ratio, render_seconds
from reports.drawing.table_look import open_table
from reports.record.record import CaseRecord, Record
from reports.stats.median import Estimate, estimate_median
from reports.summary.estimates import estimate_first_batch_s, read_turns

SORTED, BUFFER = "sorted_", "buffer_"  # the accuracy with a buffer stands beside the mixing by it


def render_mixing(record: Record) -> list[RenderableType]:
    """The table, the best mixed first; nothing where the record has no such case."""
    cases = [case for case in record.cases if case.consumer == "mixing"]
    if not cases:
        return []
    table = open_table("shuffle quality")
    table.add_column("  ordering", overflow="fold", min_width=20)
    for title in ("displacement", "label runs", "first", "accuracy %"):
        table.add_column(title, justify="right", no_wrap=True)
    for case in sorted(cases, key=lambda case: _estimate("displacement", case).median, reverse=True):
        first = render_seconds(estimate_first_batch_s(case).median)
        scores = (render_estimate(_estimate(metric, case), render_ratio) for metric in ("displacement", "label_runs"))
        table.add_row(Text(f"  {case.name}"), *scores, first, _render_accuracy(record, case))
    lines = (
        "displacement: how far examples move; label runs: how often the label changes, of data sorted by label",
        "both from 0, unmoved, to 1, a uniform permutation; buffer_N: shuffle(N).batch(128).map().prefetch(auto)",
        "accuracy: on the test set, after one epoch on the data sorted by label",
    )
    return [table, *(Text(f" {line}", style="dim") for line in lines), Text()]


def _estimate(metric: str, case: CaseRecord) -> Estimate:
    return estimate_median(list(read_turns(metric, case).values()))


def _render_accuracy(record: Record, case: CaseRecord) -> str:
    """That of the model trained through the same buffer."""
    name = case.name.replace(BUFFER, SORTED)
    twin = next((each for each in record.cases if each.group == "accuracy" and each.name == name), None)
    known = twin is not None and read_turns("accuracy", twin)
    return render_estimate(estimate_median(list(known.values())), render_accuracy) if known else ""
