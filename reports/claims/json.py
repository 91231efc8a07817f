"""Verdicts on claims as JSON, for scripts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from mnist_core.terminal.schemas import render_json
from reports.claims.verdict import ClaimVerdict

NOT_MEASURED = {"median": None, "low": None, "high": None, "count": 0}


def render_verdicts_json(verdicts: Iterable[ClaimVerdict]) -> str:
    """Every verdict, in their order."""
    return render_json("claims", {"claims": [_describe(verdict) for verdict in verdicts]})


def _describe(verdict: ClaimVerdict) -> dict[str, Any]:
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
