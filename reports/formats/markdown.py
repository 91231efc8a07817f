"""GitHub-flavoured Markdown of the tables of a record, for a pull request or a job's step summary."""

from __future__ import annotations

from reports.drawing import markdown
from reports.drawing.blocks import Heading
from reports.drawing.markdown import STEP_SUMMARY, Limit
from reports.summary.summary import Summary
from reports.tables.all_tables import tabulate_run


def render_markdown(summary: Summary, limit: Limit = STEP_SUMMARY) -> str:
    """All tables of a run and what explains them, as on the terminal; where it is too long, its end says so."""
    if summary.benchmarks:
        return markdown.render_markdown(tabulate_run(summary), limit)
    devices = ", ".join(dict.fromkeys(case.device for case in summary.cases))
    heading = Heading(f"MNIST Bench: {len(summary.cases)} cases on {devices}")
    return markdown.render_markdown([heading, *tabulate_run(summary)], limit)
