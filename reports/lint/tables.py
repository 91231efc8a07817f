"""Findings as blocks of a report, and a rule explained."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from reports.claims.claim import Claim
from reports.drawing.blocks import Block, Cell, Column, Emphasis, Gap, Heading, Lines, Row, Span, Table, build_row
from reports.drawing.numbers import count_things
from reports.lint.finding import Finding, Severity, render_price
from reports.lint.rule import Rule
from reports.record.description import Description

EMPHASES = {Severity.ERROR: Emphasis.WORST, Severity.COST: Emphasis.UNDECIDED}
SEVERITY_COLUMNS, PLACE_COLUMNS = 5, 20  # characters: every table has its columns at the same places
NOT_TIMED = "nothing was timed: what rules say of seconds and of Python's share is left out, or counted"


def tabulate_findings(
    description: Description, findings: Sequence[Finding], num_ignored: int, *, is_untimed: bool
) -> list[Block]:
    """What was found, each with its place, price and mend; one line where that is nothing.

    Args:
        description: What was judged.
        findings: What was found.
        num_ignored: Number of findings that a comment turns off.
        is_untimed: True if a rule would have needed what the stages take, and nothing was timed.
    """
    blocks: list[Block] = [_count(description, findings), Gap()]
    for finding in findings:
        blocks += [_tabulate([_row(finding)]), Lines(finding.mend, Emphasis.STRONG), Gap()]
    notes = [*([f"{count_things(num_ignored, 'finding')} ignored by a comment"] if num_ignored else [])]
    notes += [NOT_TIMED] if is_untimed else []
    notes += description.notes
    return [*blocks, Lines(tuple(f"{note}." for note in notes), Emphasis.FAINT)] if notes else blocks[:-1]


def tabulate_rule(rule: Rule, claim: Claim | None) -> list[Block]:
    """What a rule finds, why, and when it is silent; and the claim that backs it."""
    blocks: list[Block] = [
        Heading(f"{rule.name} ({rule.severity.value}): {rule.title}", EMPHASES[rule.severity]),
        _explain(rule.why),
        _explain(f"Silent: {rule.silent}"),
        Gap(),
        Lines((rule.bad, rule.good), Emphasis.STRONG),
        Gap(),
        _explain(f"To turn it off for a stage, put  # mnist-bench: ignore[{rule.name}]  on its line."),
    ]
    if claim is not None:
        blocks.append(
            _explain(f'Claim {claim.id}: "{claim.sentence}" ({claim.source}); mnist-report claims judges it.')
        )
    return blocks


def tabulate_rules(rules: Sequence[Rule]) -> list[Block]:
    """All rules by name."""
    columns = (Column("rule", wraps=False), Column("kind", wraps=False), Column("finds", share=1))
    rows = tuple(build_row(rule.name, rule.severity.value, rule.title) for rule in rules)
    return [Table(None, columns, rows)]


def _explain(text: str) -> Table:
    return Table(None, (Column("", share=1),), (build_row(text),), headed=False, is_dense=True)


def _count(description: Description, findings: Sequence[Finding]) -> Heading:
    name = description.subject.name
    if not findings:
        return Heading(f"{name}: nothing to mend", Emphasis.BEST)
    counts = [sum(each.severity is severity for each in findings) for severity in Severity]
    words = ", ".join(count_things(count, each.value) for count, each in zip(counts, Severity, strict=True) if count)
    return Heading(f"{name}: {words}; what mends it stands below each", EMPHASES[findings[0].severity])


def _row(finding: Finding) -> Row:
    severity = Cell((Span(finding.severity.value, EMPHASES[finding.severity]),), below=())
    place = "" if finding.origin is None else f"{PurePath(finding.origin.file).name}:{finding.origin.line}"
    price = f"{render_price(finding.price)} {finding.price.what} ({finding.price.basis.value})"
    backed = "" if finding.claim is None else f", claim {finding.claim}"
    return build_row(
        severity,
        Cell(place, below=(finding.stage,)),
        Cell(f"{finding.reason}.", below=(price, f"rule {finding.rule}{backed}")),
    )


def _tabulate(rows: Sequence[Row]) -> Table:
    columns = (
        Column("", wraps=False, least=SEVERITY_COLUMNS, most=SEVERITY_COLUMNS),
        Column("", least=PLACE_COLUMNS, most=PLACE_COLUMNS),
        Column("", share=1),
    )
    return Table(None, columns, tuple(rows), headed=False)
