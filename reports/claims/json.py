"""Verdicts on claims as JSON, for scripts."""

from __future__ import annotations

import dataclasses
from typing import Any

from reports.claims.verdict import ClaimVerdict

NOT_MEASURED = {"median": None, "low": None, "high": None, "count": 0}


def describe_verdict(verdict: ClaimVerdict) -> dict[str, Any]:
    """The verdict as JSON's types."""
    claim = verdict.claim
    return {
        "id": claim.id,
        "sentence": claim.sentence,
        "source": claim.source,
        "metric": claim.metric,
        "cases": ["-".join((*case, claim.device)) for case in claim.wanted_cases],
        "number": claim.number,
        "at_least": claim.at_least,
        "at_most": claim.at_most,
        "verdict": verdict.kind.value,
        "reason": verdict.reason,
        **(NOT_MEASURED if verdict.measured is None else dataclasses.asdict(verdict.measured)),
    }
