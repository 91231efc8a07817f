"""Findings as JSON, for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mnist_core.terminal.schemas import render_json as render
from reports.lint.finding import Finding
from reports.record.description import Description


def render_json(description: Description, findings: Sequence[Finding], num_ignored: int, exit_code: int) -> str:
    """The subject and all findings.

    Args:
        description: What was judged.
        findings: What was found, without what is ignored.
        num_ignored: Number of findings that a comment turns off.
        exit_code: What the command ends with.
    """
    content = {
        "subject": description.subject.name,
        "tensorflow": description.tensorflow,
        "exit_code": exit_code,
        "num_ignored": num_ignored,
        "findings": [_describe(each) for each in findings],
    }
    return render("lint", content)


def _describe(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "stage": finding.stage,
        "file": None if finding.origin is None else finding.origin.file,
        "line": None if finding.origin is None else finding.origin.line,
        "reason": finding.reason,
        "price": {
            "amount": finding.price.amount,
            "unit": finding.price.unit.value,
            "basis": finding.price.basis.value,
            "what": finding.price.what,
        },
        "mend": list(finding.mend),
        "claim": finding.claim,
    }
