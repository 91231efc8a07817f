"""Findings as SARIF 2.1.0, which GitHub's code scanning and editors read.

Source: Static Analysis Results Interchange Format, OASIS, 2020, 3.13 to 3.49.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reports.lint.finding import Finding, Severity, render_price
from reports.lint.rules.table import RULES

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
VERSION = "2.1.0"
LEVELS = {Severity.ERROR: "error", Severity.COST: "warning"}


def render_sarif(findings: Sequence[Finding], version: str, root: Path) -> str:
    """A log of one run.

    Args:
        findings: What was found.
        version: Version of MNIST Bench.
        root: Folder of the repository: files below it are named from there, as code scanning wants them.
    """
    driver = {
        "name": "mnist-bench lint",
        "version": version,
        "rules": [
            {
                "id": rule.name,
                "shortDescription": {"text": rule.title},
                "fullDescription": {"text": rule.why},
                "help": {"text": f"{rule.why}\n\n{rule.bad}\n{rule.good}"},
                "defaultConfiguration": {"level": LEVELS[rule.severity]},
            }
            for rule in RULES
        ],
    }
    run = {"tool": {"driver": driver}, "results": [_describe(each, root) for each in findings]}
    return json.dumps({"$schema": SCHEMA, "version": VERSION, "runs": [run]}, indent=2)


def _describe(finding: Finding, root: Path) -> dict[str, Any]:
    price = f"{render_price(finding.price)} {finding.price.what} ({finding.price.basis.value})"
    names = [rule.name for rule in RULES]
    described: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": names.index(finding.rule),
        "level": LEVELS[finding.severity],
        "message": {"text": f"{finding.stage}: {finding.reason}. {price}. Instead: {' '.join(finding.mend)}"},
        "properties": {"amount": finding.price.amount, "unit": finding.price.unit.value, "claim": finding.claim},
    }
    if finding.origin is not None:
        path = Path(finding.origin.file)
        uri = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_uri()
        location = {"artifactLocation": {"uri": uri}, "region": {"startLine": finding.origin.line}}
        described["locations"] = [{"physicalLocation": location}]
    return described
