"""GitHub-flavoured Markdown of the tables of a record, for a pull request or a job's step summary."""

from __future__ import annotations

from reports.drawing import markdown
from reports.drawing.blocks import Heading
from reports.drawing.markdown import STEP_SUMMARY, Limit
from reports.record.record import Record
from reports.tables.orderings import tabulate_record


def render_markdown(record: Record, limit: Limit = STEP_SUMMARY) -> str:
    """All tables of a record and what explains them, as on the terminal; where it is too long, its end says so."""
    devices = ", ".join(dict.fromkeys(case.device for case in record.cases))
    heading = Heading(f"MNIST Bench: {len(record.cases)} cases on {devices}")
    return markdown.render_markdown([heading, *tabulate_record(record)], limit)
