"""CSV for pandas and for spreadsheets."""

from __future__ import annotations

import csv
import io

from reports.formats.columns import Cell, Row, build_result_rows, build_round_rows, build_turn_rows
from reports.formats.results import ExportError, collect_results
from reports.record.record import Record
from reports.summary.summary import Summary

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # Source: OWASP, CSV Injection


def render_csv(summary: Summary) -> str:
    """A row for each case, numbers unrounded."""
    return _render(build_result_rows(summary, collect_results(summary)))


def render_csv_of_turns(record: Record) -> str:
    """A row for each turn.

    Raises:
        ExportError: No case of the record is timed.
    """
    rows = build_turn_rows(record)
    if not rows:
        raise ExportError("the record has no turns: nothing in it was timed.")
    return _render(rows)


def render_csv_of_rounds(summary: Summary) -> str:
    """A row for each round of another project's benchmarks.

    Raises:
        ExportError: The file has statistics of its rounds alone.
    """
    rows = build_round_rows(summary)
    if not rows:
        raise ExportError("the file has no rounds: pytest-benchmark stores them with --benchmark-save-data.")
    return _render(rows)


def _render(rows: list[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    header: Row = {name: name for name in rows[0]}
    writer.writerows({name: _disarm(cell) for name, cell in row.items()} for row in (header, *rows))
    return text.getvalue()


def _disarm(cell: Cell) -> Cell:
    """The cell; text that a spreadsheet would take for a formula begins with an apostrophe, as a user would type it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
