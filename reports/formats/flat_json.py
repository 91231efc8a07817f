"""JSON for scripts: the rows of the CSV file, with types."""

from __future__ import annotations

import json

from reports.formats.columns import build_result_rows
from reports.formats.results import collect_results
from reports.record.record import Record
from reports.stats.median import CONFIDENCE

FORMAT = 1  # counts up when a name or a unit changes, not when a column is added


def render_flat_json(record: Record) -> str:
    """An object with a list of flat results; null where a case does not have a number."""
    rows = build_result_rows(record, collect_results(record))
    document = {"format": FORMAT, "confidence": CONFIDENCE, "results": rows}
    return json.dumps(document, indent=2, allow_nan=False) + "\n"
