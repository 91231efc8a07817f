"""Judges a dataset by all rules, and leaves out what its program says is meant so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from reports.lint.facts import Facts, Found
from reports.lint.finding import Finding, Severity, sort_findings
from reports.lint.rule import Rule
from reports.lint.rules.table import RULES
from reports.record.description import Origin
from reports.tables.stage_text import write_stage

CHANGEABLE = (None, "apply", "list_files")
"""Calls of TensorFlow or Keras that make stages at a person's will; what others make inside, nobody can mend."""
COMMENT = re.compile(r"#\s*mnist-bench:\s*ignore(?:\[([^\]]*)\])?")


def find_findings(facts: Facts, rules: Iterable[Rule] = RULES) -> tuple[Finding, ...]:
    """What the rules find, errors first, then by stage.

    Args:
        facts: What is known of the dataset.
        rules: The rules to judge by.
    """
    found = [(each.stage.number, finding) for rule in rules for each, finding in _apply(rule, facts)]
    return sort_findings(finding for _, finding in sorted(found, key=lambda each: each[0]))


def _apply(rule: Rule, facts: Facts) -> Iterator[tuple[Found, Finding]]:
    for each in rule.check(facts):
        stage = each.stage
        if rule.severity is Severity.COST and stage.call not in CHANGEABLE:
            continue
        yield (
            each,
            Finding(
                rule.name,
                rule.severity,
                write_stage(stage) if stage.call is None else f"{stage.call}()",
                stage.origin,
                each.reason,
                each.price,
                each.mend,
                rule.claim,
            ),
        )


def drop_ignored(findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], int]:
    """The findings that no comment on their stage's line turns off, and the number of the others."""
    kept, count = [], 0
    for finding in findings:
        if finding.origin is not None and is_ignored(finding.origin, finding.rule):
            count += 1
        else:
            kept.append(finding)
    return tuple(kept), count


def is_ignored(origin: Origin, rule: str) -> bool:
    """True if the line says ``# mnist-bench: ignore[rule]``, or ``ignore`` for every rule.

    Args:
        origin: The line.
        rule: Name of the rule.
    """
    lines = _load_lines(origin.file)
    comment = COMMENT.search(lines[origin.line - 1]) if 0 < origin.line <= len(lines) else None
    if comment is None:
        return False
    return comment.group(1) is None or rule in {each.strip() for each in comment.group(1).split(",")}


def _load_lines(file: str) -> tuple[str, ...]:
    """The lines of a program's file; none where it cannot be read."""
    try:
        return tuple(Path(file).read_text(encoding="utf-8", errors="replace").splitlines())
    except OSError:
        return ()
