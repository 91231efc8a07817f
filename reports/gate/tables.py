"""A gate's verdicts as blocks, the worst first: the terminal, a pull request and a step summary show the same."""

from __future__ import annotations

from collections.abc import Iterable

from reports.drawing.blocks import (
    Align,
    Block,
    Cell,
    Column,
    Emphasis,
    Fold,
    Gap,
    Heading,
    Lines,
    Paragraph,
    Row,
    Table,
    build_row,
)
from reports.drawing.markdown import Limit, render_markdown
from reports.gate.lines import fold_ok, rank, tell_change, tell_outcome, tell_revisions, tell_run, tell_why
from reports.gate.verdict import Decision, Finding, GateVerdict

EMPHASES = {
    GateVerdict.REGRESSED: Emphasis.WORST,
    GateVerdict.FAILED: Emphasis.WORST,
    GateVerdict.INCONCLUSIVE: Emphasis.UNSURE,
    GateVerdict.IMPROVED: Emphasis.GOOD,
    GateVerdict.OK: Emphasis.FAINT,
}
COLUMNS = (
    Column("verdict", wraps=False),
    Column("case", share=3, importance=3),
    Column("metric", wraps=False, importance=1),
    Column("change", Align.RIGHT, wraps=False, importance=2),
    Column("why", share=2),
    Column("pairs", Align.RIGHT, wraps=False),
)
HOW = "how to read this, and how it was measured"
MARK = "<!-- mnist-bench gate -->\n"  # by which a bot finds its former comment and replaces it
MAX_BYTES = 65_536  # a comment may have as many characters. Source: GitHub's documentation
LEFT_OUT = "{rows} rows are left out for want of space."


def tabulate_decision(decision: Decision, *, shows_ok: bool = False) -> list[Block]:
    """The verdict of the run, a row for each comparison that is not simply OK, and how it came about.

    Args:
        decision: What was decided.
        shows_ok: True for a row for each comparison that is OK as well, rather than one line for all of them.
    """
    shown = [each for each in rank(decision.findings) if shows_ok or each.verdict is not GateVerdict.OK]
    folded = [] if shows_ok else [each for each in rank(decision.findings) if each.verdict is GateVerdict.OK]
    blocks: list[Block] = [
        Heading(tell_outcome(decision), decision.outcome.emphasis),
        Paragraph(tell_revisions(decision.record)),
    ]
    if shown:
        blocks.append(_tabulate_findings(shown))
    if folded:
        blocks.append(Fold(fold_ok(decision), _tabulate_findings(folded), shut=True, emphasis=Emphasis.GOOD))
    return [*blocks, Gap(), Fold(HOW, Lines(tuple(tell_run(decision)), Emphasis.FAINT))]


def render_comment(decision: Decision, max_bytes: int = MAX_BYTES) -> str:
    """The decision as Markdown for a pull request or a step summary, as many rows of it as there is room for."""
    limit = Limit(max_bytes - len(MARK), LEFT_OUT)
    return f"{MARK}{render_markdown(tabulate_decision(decision), limit)}"


def _tabulate_findings(findings: Iterable[Finding]) -> Table:
    return Table(None, COLUMNS, tuple(_list_finding(each) for each in findings))


def _list_finding(finding: Finding) -> Row:
    return build_row(
        Cell(finding.verdict.value, emphasis=EMPHASES[finding.verdict]),
        finding.threshold.case,
        finding.threshold.metric,
        tell_change(finding),
        Cell(tell_why(finding), emphasis=Emphasis.FAINT),
        str(finding.num_pairs),
    )
