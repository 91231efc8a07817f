"""A gate's decision as JSON, for scripts."""

from __future__ import annotations

import dataclasses
from typing import Any

from mnist_core.terminal.schemas import render_json as render
from reports.gate.verdict import Decision, Finding


def render_json(decision: Decision, exit_code: int) -> str:
    """The outcome and all findings; changes are ratios of head to base. The turns stand in the run's own file."""
    record, control = decision.record, decision.control
    content = {
        "outcome": decision.outcome.value,
        "reason": decision.reason,
        "exit_code": exit_code,
        "base": dataclasses.asdict(record.base),
        "head": dataclasses.asdict(record.head),
        "alpha": record.plan.alpha,
        "findings": [_describe(finding) for finding in decision.findings],
        "control": {
            "num_pairs": control.num_pairs,
            "changes": {metric: dataclasses.asdict(change) for metric, change in control.changes},
            "reason": control.reason,
        },
        "cases": dataclasses.asdict(record.cases),
        "pipelines": [dataclasses.asdict(each) for each in record.pipelines],
        "num_pairs": len(record.pairs),
        "seed": record.seed,
        "spent_s": record.spent_s,
        "interruption": record.interruption,
    }
    return render("gate", content)


def _describe(finding: Finding) -> dict[str, Any]:
    change = finding.change
    return {
        **dataclasses.asdict(finding.threshold),
        "verdict": finding.verdict.value,
        "stage": finding.stage,
        "num_pairs": finding.num_pairs,
        "change": None if change is None else dataclasses.asdict(change),
        "smallest_effect": finding.smallest_effect,
        "p_value": finding.p_value,
        "alpha": finding.alpha,
        "reason": finding.reason,
    }
