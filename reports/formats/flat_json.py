"""JSON for scripts: the rows of the CSV file, with types."""

from __future__ import annotations

import json

from reports.formats.columns import build_result_rows
from reports.formats.results import collect_results
from reports.stats.median import CONFIDENCE
from reports.summary.summary import Summary

FORMAT = 1  # counts up when a name or a unit changes, not when a column is added


def render_flat_json(summary: Summary) -> str:
    """An object with a list of flat results; null where a case does not have a number."""
    rows = build_result_rows(summary, collect_results(summary))
    document = {"format": FORMAT, "confidence": CONFIDENCE, "results": rows}
    return json.dumps(document, indent=2, allow_nan=False) + "\n"
