"""The verdicts against a stored run, for the terminal and for scripts."""

from __future__ import annotations

import dataclasses
import json

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reports.drawing.numbers import render_changes
from reports.gate.against import AgainstDecision, AgainstFinding
from reports.gate.tables import OUTCOME_STYLES, STYLES
from reports.gate.verdict import Verdict

FORMAT = 1
WORST_FIRST = {verdict: number for number, verdict in enumerate(Verdict)}


def render_against(decision: AgainstDecision) -> RenderableType:
    """The verdict, a row for every comparison, the worst first, and what cannot be promised."""
    ranked = sorted(decision.findings, key=lambda each: WORST_FIRST[each.verdict])
    title = f"{decision.outcome.name.replace('_', ' ')}: {decision.reason}"
    broken = ", ".join(decision.broken_claims)
    return Group(
        Text(title, style=OUTCOME_STYLES.get(decision.outcome, "bold red")),
        *([_render_findings(ranked)] if ranked else []),
        *([Text(f" claims that held then and are refuted now: {broken}", style="bold red")] if broken else []),
        *(Text(f" {line}", style="dim") for line in (*_tell_missing(decision), *decision.caveats)),
    )


def _tell_missing(decision: AgainstDecision) -> list[str]:
    listed = ", ".join(decision.missing)
    return [f"missing now, or with another ordering, not compared: {listed}"] if listed else []


def _render_findings(findings: list[AgainstFinding]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1), expand=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("case", ratio=3, overflow="fold")
    table.add_column("metric", no_wrap=True)
    table.add_column("change", justify="right", no_wrap=True)
    table.add_column("", ratio=2, overflow="fold")
    for each in findings:
        change = "" if each.change is None else render_changes(each.change)
        verdict = Text(each.verdict.value, style=STYLES[each.verdict])
        table.add_row(verdict, Text(each.threshold.case), each.threshold.metric, change, Text(each.reason, style="dim"))
    return table


def render_against_json(decision: AgainstDecision, exit_code: int) -> str:
    """The same for scripts; changes are ratios of now to then."""
    findings = [
        {**dataclasses.asdict(each.threshold), "verdict": each.verdict.value, "reason": each.reason}
        | {"change": None if each.change is None else dataclasses.asdict(each.change)}
        for each in decision.findings
    ]
    content = {
        "mnist_bench_against": FORMAT,
        "outcome": decision.outcome.value,
        "reason": decision.reason,
        "exit_code": exit_code,
        "findings": findings,
        "missing": list(decision.missing),
        "broken_claims": list(decision.broken_claims),
        "caveats": list(decision.caveats),
    }
    return json.dumps(content, indent=2, allow_nan=False)
