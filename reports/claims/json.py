"""Verdicts on claims as JSON, for scripts."""

from __future__ import annotations

from typing import Any

from reports.claims.verdict import ClaimVerdict


def describe_verdict(verdict: ClaimVerdict) -> dict[str, Any]:
    """The verdict as JSON's types."""
    claim, measured = verdict.claim, verdict.measured
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
        "median": None if measured is None else measured.median,
        "low": None if measured is None else measured.low,
        "high": None if measured is None else measured.high,
        "count": 0 if measured is None else measured.count,
    }
