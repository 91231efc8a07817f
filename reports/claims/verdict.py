"""The verdict on a claim, on the machine of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from reports.claims.claim import CLAIMED, Claim
from reports.stats.median import Estimate, estimate_median
from reports.summary.case import CaseSummary
from reports.summary.noise import Control, tell_excess
from reports.summary.reference import estimate_reading_ratio, estimate_shared
from reports.summary.summary import Summary


class Ruling(Enum):
    """What a record says of a claim."""

    HOLDS = "HOLDS"
    REFUTED = "REFUTED"
    INCONCLUSIVE = "INCONCLUSIVE"
    NOT_RUN = "NOT RUN"


@dataclass(frozen=True)
class ClaimVerdict:
    """What a record says of a claim.

    Args:
        claim: Claim that is judged.
        kind: What the run says of it.
        measured: Ratio of the two cases, or the value over the claim's number; None if it was not run.
        reason: Why it was not run, or why it is not conclusive.
    """

    claim: Claim
    kind: Ruling
    measured: Estimate | None = None
    reason: str = ""


def judge_claims(claims: tuple[Claim, ...], summary: Summary) -> tuple[ClaimVerdict, ...]:
    """A verdict on every claim, from the turns of one run.

    Example:
        >>> verdicts = judge_claims(load_claims(), load_summary(Path("runs/before")))
    """
    ours = [case for case in summary.cases if not case.reads_own_data]  # whatever a person's pipelines are called
    cases = {(case.name, case.consumer, case.arm, case.device): case for case in ours}
    return tuple(_judge(claim, summary, cases) for claim in claims)


def _judge(claim: Claim, summary: Summary, cases: Mapping[tuple[str, str, str, str], CaseSummary]) -> ClaimVerdict:
    missing = _find_missing(claim, summary, cases)
    if missing:
        return ClaimVerdict(claim, Ruling.NOT_RUN, reason=missing)
    found = [cases[(*wanted, claim.device)] for wanted in claim.wanted_cases]
    measured = _compare_bytes(claim, found) if claim.is_of_memory else _compare_turns(claim, found)
    if measured is None:
        return ClaimVerdict(claim, Ruling.NOT_RUN, reason="this platform has no source for it")
    return _bound_by_control(_decide(claim, measured), summary.control)


def _find_missing(claim: Claim, summary: Summary, cases: Mapping[tuple[str, str, str, str], CaseSummary]) -> str:
    """Why the run cannot decide the claim; empty if it can."""
    if claim.device != "cpu" and not any(case.device == claim.device for case in summary.cases):
        return f"no {claim.device.upper()} in this run"
    if claim.data is not None and claim.data != summary.data_fingerprint:
        return "needs the real MNIST"
    if any((*wanted, claim.device) not in cases for wanted in claim.wanted_cases):
        return f"slow: give --claims {claim.id} or all"
    return ""


def _decide(claim: Claim, measured: Estimate) -> ClaimVerdict:
    """HOLDS if the whole interval is as predicted, REFUTED if all of it is not, else INCONCLUSIVE."""
    if measured.low is None or measured.high is None:
        return ClaimVerdict(claim, Ruling.INCONCLUSIVE, measured, "too few turns")
    least = float("-inf") if claim.at_least is None else claim.at_least
    most = float("inf") if claim.at_most is None else claim.at_most
    if least <= measured.low and measured.high <= most:
        return ClaimVerdict(claim, Ruling.HOLDS, measured)
    if measured.high < least or measured.low > most:
        return ClaimVerdict(claim, Ruling.REFUTED, measured)
    seen = measured.resolution
    return ClaimVerdict(
        claim, Ruling.INCONCLUSIVE, measured, "" if seen is None else f"sees effects from {tell_excess(1 + seen)}"
    )


def _bound_by_control(verdict: ClaimVerdict, control: Control | None) -> ClaimVerdict:
    """The verdict, no stronger than the run's A/A control.

    It is INCONCLUSIVE if equal cases of the run may differ by as much as the claim's bound is from 1, and by as much as
    the end of the interval next to 1. A claim of twice as fast is still refuted where equal cases differ by a tenth.
    """
    claim, measured = verdict.claim, verdict.measured
    is_decided = verdict.kind in {Ruling.HOLDS, Ruling.REFUTED} and claim.to is not None
    factor = None if control is None else control.find_factor(CLAIMED[claim.metric])
    if not is_decided or factor is None or measured is None or measured.low is None or measured.high is None:
        return verdict
    could_be_equal = measured.low <= factor and measured.high >= 1 / factor
    if not could_be_equal or not any(1 / factor <= bound <= factor for bound in claim.bounds):
        return verdict
    reason = f"equal cases differed by up to {tell_excess(factor)}"
    return ClaimVerdict(claim, Ruling.INCONCLUSIVE, measured, reason)


def _compare_bytes(claim: Claim, cases: list[CaseSummary]) -> Estimate | None:
    """The ratio of two readings, or of one to the number, with the spread that readings are known to have."""
    metric = CLAIMED[claim.metric]
    readings = [case.find(metric) for case in cases]
    if any(reading is None for reading in readings):
        return None
    values = [float(reading.median) for reading in readings if reading is not None]
    first, second = values[0], values[-1] if claim.to is not None else claim.number or 1.0
    return None if second == 0 else estimate_reading_ratio(metric, first, second, len(cases))


def _compare_turns(claim: Claim, cases: list[CaseSummary]) -> Estimate | None:
    """The median of the ratios turn against turn, or of the values over the number."""
    values = [case.values.get(claim.metric, {}) for case in cases]
    if not all(values):
        return None
    if claim.to is None:
        return estimate_median([value / (claim.number or 1.0) for value in values[0].values()])
    return estimate_shared(*values) if cases[0].group == cases[1].group else None
