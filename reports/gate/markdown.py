"""A gate's verdicts as GitHub's markdown, for a pull request and a job's step summary."""

from __future__ import annotations

from collections.abc import Sequence

from reports.drawing.markdown_text import escape
from reports.gate.lines import fold_ok, rank, tell_change, tell_outcome, tell_revisions, tell_run, tell_why
from reports.gate.verdict import Decision, Finding, Verdict
from reports.summary.outcome import Outcome

MARK = "<!-- mnist-bench gate -->"  # by which a bot finds its former comment and replaces it
MAX_BYTES = 65_536  # a comment may have as many characters, a step summary 1 MiB. Source: GitHub's documentation
SIGNS = {Outcome.FINE: "✅", Outcome.INCONCLUSIVE: "❔"}  # the others are bad
BAD = "❌"
HEADER = ("verdict", "case", "metric", "change", "why", "pairs")


def render_markdown(decision: Decision, max_bytes: int = MAX_BYTES) -> str:
    """The verdict, a row for what is not simply OK, and the rest folded away; as many rows as fit."""
    ranked = rank(decision.findings)
    open_rows = [_render_row(each) for each in ranked if each.verdict is not Verdict.OK]
    folded_rows = [_render_row(each) for each in ranked if each.verdict is Verdict.OK]
    while True:
        text = _join(decision, open_rows, folded_rows, num_left_out=len(ranked) - len(open_rows) - len(folded_rows))
        rows = folded_rows or open_rows
        if len(text.encode()) <= max_bytes or not rows:
            return text
        del rows[len(rows) // 2 :]


def _join(decision: Decision, rows: list[str], folded_rows: list[str], *, num_left_out: int) -> str:
    sign = SIGNS.get(decision.outcome, BAD)
    left_out = [f"{num_left_out} rows are left out for want of space.", ""] if num_left_out else []
    parts = [
        MARK,
        f"### {sign} {escape(tell_outcome(decision))}",
        "",
        escape(tell_revisions(decision.record)),
        "",
        *(_render_table(rows) if rows else []),
        *left_out,
        *(_fold(escape(fold_ok(decision)), _render_table(folded_rows)) if folded_rows else []),
        *_fold(
            "how to read this, and how it was measured", [*(f"- {escape(line)}" for line in tell_run(decision)), ""]
        ),
    ]
    return "\n".join(parts)


def _render_table(rows: Sequence[str]) -> list[str]:
    return [f"|{'|'.join(HEADER)}|", "|:--|:--|:--|--:|:--|--:|", *rows, ""]


def _render_row(finding: Finding) -> str:
    verdict = finding.verdict.value
    shown = f"**{verdict}**" if finding.verdict in {Verdict.REGRESSED, Verdict.FAILED} else verdict
    threshold = finding.threshold
    cells = (threshold.case, threshold.metric, tell_change(finding), tell_why(finding), str(finding.num_pairs))
    return f"|{'|'.join((shown, *(escape(cell) for cell in cells)))}|"


def _fold(summary: str, lines: Sequence[str]) -> list[str]:
    return ["<details>", f"<summary>{summary}</summary>", "", *lines, "</details>", ""]
