"""A gate's verdicts as a rich table, the worst first."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reports.gate.lines import fold_ok, rank, tell_change, tell_outcome, tell_revisions, tell_run, tell_why
from reports.gate.verdict import Decision, Finding, Verdict
from reports.summary.outcome import Outcome

STYLES = {
    Verdict.REGRESSED: "bold red",
    Verdict.FAILED: "bold red",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.IMPROVED: "green",
    Verdict.OK: "dim",
}
OUTCOME_STYLES = {Outcome.FINE: "bold green", Outcome.INCONCLUSIVE: "bold yellow"}  # the others are bad


def render_decision(decision: Decision, *, shows_ok: bool = False) -> RenderableType:
    """The verdict of the run, a row for each comparison that is not simply OK, and how it came about.

    Args:
        decision: what was decided.
        shows_ok: a row for the others too, rather than one line for all of them.
    """
    shown = [each for each in rank(decision.findings) if shows_ok or each.verdict is not Verdict.OK]
    folded = "" if shows_ok else fold_ok(decision)
    return Group(
        Text(tell_outcome(decision), style=OUTCOME_STYLES.get(decision.outcome, "bold red")),
        Text(tell_revisions(decision.record)),
        *([_render_findings(shown)] if shown else []),
        *([Text(f" {folded}", style="green")] if folded else []),
        Text(),
        *(Text(f" {line}", style="dim") for line in tell_run(decision)),
    )


def _render_findings(findings: list[Finding]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1), expand=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("case", ratio=3, overflow="fold")
    table.add_column("metric", no_wrap=True)
    table.add_column("change", justify="right", no_wrap=True)
    table.add_column("why", ratio=2, overflow="fold")
    table.add_column("pairs", justify="right", no_wrap=True)
    for each in findings:
        verdict = Text(each.verdict.value, style=STYLES[each.verdict])
        why = Text(tell_why(each), style="dim")
        table.add_row(
            verdict, Text(each.threshold.case), each.threshold.metric, tell_change(each), why, str(each.num_pairs)
        )
    return table
