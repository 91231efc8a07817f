"""Findings as blocks of a report and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.doctor.findings import Finding, State, find_exit_code, find_worst
from mnist_core.terminal.schemas import render_json as render
from reports.drawing.blocks import (
    Block,
    Cell,
    Column,
    Emphasis,
    Gap,
    Heading,
    Lines,
    Row,
    Span,
    Table,
    build_row,
)

STATE_COLUMNS, NAME_COLUMNS = 4, 18  # characters: every table has its columns at the same places
EMPHASES = {State.BAD: Emphasis.WORST, State.WARN: Emphasis.UNDECIDED, State.OK: Emphasis.GOOD}


def tabulate_findings(findings: Sequence[Finding]) -> list[Block]:
    """What is wrong, each with what mends it on lines of their own, and what is fine in one table."""
    blocks: list[Block] = [_count(findings), Gap()]
    for finding in findings:
        if finding.state is not State.OK:
            blocks += [_tabulate([_row(finding)]), Lines(finding.mend, Emphasis.STRONG), Gap()]
    fine = [_row(finding) for finding in findings if finding.state is State.OK]
    return [*blocks, _tabulate(fine)] if fine else blocks[:-1]


def render_json(findings: Sequence[Finding]) -> str:
    """The findings for scripts."""
    content = {
        "state": find_worst(findings).value,
        "exit_code": find_exit_code(findings),
        "findings": [_describe(finding) for finding in findings],
    }
    return render("doctor", content)


def _describe(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.name,
        "state": finding.state.value,
        "found": finding.found,
        "consequence": finding.consequence,
        "mend": list(finding.mend),
    }


def _count(findings: Sequence[Finding]) -> Heading:
    worst = find_worst(findings)
    if worst is State.OK:
        return Heading("nothing is wrong here", Emphasis.BEST)
    counts = {state: sum(finding.state is state for finding in findings) for state in (State.BAD, State.WARN)}
    words = f"{counts[State.BAD]} bad, {counts[State.WARN]} to heed; what mends it stands below each"
    return Heading(words, EMPHASES[worst])


def _row(finding: Finding) -> Row:
    words = f"{finding.found}: {finding.consequence}" if finding.consequence else finding.found
    return build_row(Cell((Span(finding.state.value, EMPHASES[finding.state]),)), finding.name, words)


def _tabulate(rows: Sequence[Row]) -> Table:
    columns = (
        Column("", wraps=False, least=STATE_COLUMNS, most=STATE_COLUMNS),
        Column("", least=NAME_COLUMNS, most=NAME_COLUMNS),
        Column(""),
    )
    return Table(None, columns, tuple(rows), headed=False)
