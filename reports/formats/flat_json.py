"""JSON for scripts: the rows of the CSV file, with types."""

from __future__ import annotations

from mnist_core.terminal.schemas import render_json
from reports.formats.columns import build_result_rows
from reports.formats.results import collect_results
from reports.stats.median import CONFIDENCE
from reports.summary.summary import Summary


def render_flat_json(summary: Summary) -> str:
    """An object with a list of flat results; null where a case does not have a number."""
    rows = build_result_rows(summary, collect_results(summary))
    return render_json("show", {"confidence": CONFIDENCE, "results": rows}) + "\n"
