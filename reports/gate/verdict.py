"""The verdict of a gate run, from its pairs alone: for every case and metric, for the run, and as an exit code."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum

from mnist_core.language.choice import explain_choice
from mnist_core.language.errors import InputError
from reports.gate.control import Control, judge_control
from reports.gate.record import STAGES, GateRecord, Series
from reports.gate.stages import Hypothesis, State, follow
from reports.stats.median import Estimate
from reports.stats.signflip import as_ratio, estimate_shift, find_smallest_effect
from reports.summary.outcome import FAILING, Outcome, find_heaviest


class GateError(InputError):
    """A gate is asked for something that there is not; the message is one line."""


class GateVerdict(Enum):
    """What a run says of one case and metric; the worst first."""

    REGRESSED = "REGRESSED"
    FAILED = "FAILED"
    INCONCLUSIVE = "INCONCLUSIVE"
    IMPROVED = "IMPROVED"
    OK = "OK"


NOTHING = "nothing"
CONTROL = "the control"  # whose reason is the run's own, told once
OUTCOMES = {
    GateVerdict.REGRESSED: Outcome.REGRESSED,
    GateVerdict.FAILED: Outcome.FAILED,
    GateVerdict.INCONCLUSIVE: Outcome.INCONCLUSIVE,
    GateVerdict.IMPROVED: Outcome.FINE,
    GateVerdict.OK: Outcome.FINE,
}
REASONS = {Outcome.REGRESSED: "regressed", Outcome.FAILED: "could not be made", Outcome.INCONCLUSIVE: "are undecided"}


@dataclass(frozen=True, kw_only=True)
class Finding(Hypothesis):
    """The verdict on one case and metric; all changes are ratios of head to base, 1.05 is 5 % more.

    Args:
        threshold: The case and the metric, and what counts as worse.
        stage: The stage whose pairs decided.
        differences: Differences of those pairs that told this metric.
        state: What they decided.
        alpha: What the smallest p-value of the last look was held against; None if it was not tested.
        p_value: The p-value of the last test; None if it was not tested.
        verdict: What that comes to. IMPROVED is OK with the whole interval below what the margin allows; it is not
            corrected for the number of cases, and decides nothing.
        change: Hodges-Lehmann estimate and its interval, each end of which holds with 95 % confidence: the upper end is
            the bound of an OK. None without pairs.
        smallest_effect: The smallest change that an INCONCLUSIVE would have found 95 times of 100; None where no change
            could have been found.
        reason: Why it is FAILED or INCONCLUSIVE; empty for the others.
    """

    verdict: GateVerdict
    change: Estimate | None = None
    smallest_effect: float | None = None
    reason: str = ""

    @property
    def num_pairs(self) -> int:
        """The pairs that told this metric."""
        return len(self.differences)


@dataclass(frozen=True)
class Decision:
    """All verdicts of a run.

    Args:
        record: The run.
        findings: The verdict on each threshold, in the order of the plan.
        control: Whether base differed from itself.
        outcome: What the whole run comes to.
        reason: Why, in one line.
    """

    record: GateRecord
    findings: tuple[Finding, ...]
    control: Control
    outcome: Outcome
    reason: str


def decide(record: GateRecord) -> Decision:
    """The verdicts of a run, finished or cut short; the same pairs always give the same.

    Example:
        >>> decision = decide(load_gate(Path("runs/gate.json")))
        >>> decision.outcome.value
        'regressed'
    """
    control = judge_control(record)
    if record.refusal:
        return Decision(record, (), control, Outcome.NOT_COMPARED, record.refusal)
    progress = follow(record, ends_here=True)
    findings = tuple(_find(record, hypothesis) for hypothesis in progress.hypotheses)
    if control.reason:
        findings = tuple(_distrust(finding) for finding in findings)
    outcome, reason = _conclude(record, findings, control)
    return Decision(record, findings, control, outcome, reason)


def parse_failing(text: str) -> tuple[Outcome, ...]:
    """The outcomes that a text such as ``regressed,failed`` names; ``nothing`` names none.

    Raises:
        GateError: It names something else.
    """
    known = {outcome.value: outcome for outcome in FAILING}
    names = [] if text == NOTHING else [name.strip() for name in text.split(",")]
    if wrong := [name for name in names if name not in known]:
        raise GateError(explain_choice("--fail-on", (*known, NOTHING), wrong[0]))
    return tuple(known[name] for name in names)


def _find(record: GateRecord, hypothesis: Hypothesis) -> Finding:
    differences = hypothesis.differences
    change = as_ratio(estimate_shift(differences)) if differences else None
    finding = Finding(**vars(hypothesis), verdict=GateVerdict.OK, change=change)
    match finding.state:
        case State.CLEARED:
            return replace(finding, verdict=GateVerdict.IMPROVED) if _is_improved(finding) else finding
        case State.REJECTED:
            return replace(finding, verdict=GateVerdict.REGRESSED)
        case State.FAILED:
            return replace(finding, verdict=GateVerdict.FAILED, reason=_tell_failure(record, finding))
        case State.OPEN | State.UNMEASURED:
            reason, effect = _tell_doubt(record, finding), _find_smallest_effect(finding)
            return replace(finding, verdict=GateVerdict.INCONCLUSIVE, reason=reason, smallest_effect=effect)


def _is_improved(finding: Finding) -> bool:
    high = None if finding.change is None else finding.change.high
    return high is not None and high < 1 / (1 + finding.threshold.margin)


def _tell_failure(record: GateRecord, hypothesis: Hypothesis) -> str:
    if reason := record.broken.get(hypothesis.threshold.case):
        return reason
    failures = record.find_failures(hypothesis.threshold.case)
    sides = " and ".join(side for side in ("base", "head") if any(each.side == side for each in failures))
    return f"{sides} failed in {len(failures)} pairs: {failures[-1].reason}"


def _tell_doubt(record: GateRecord, hypothesis: Hypothesis) -> str:
    """Why there is no verdict."""
    stopped = _tell_interruption(record)
    if hypothesis.state is State.UNMEASURED:
        measured = any(record.find_pairs(Series(hypothesis.threshold.case, "gate", stage)) for stage in STAGES)
        return "base and head do not both tell this metric" if measured else f"not measured{stopped}"
    if hypothesis.stage == "screen":
        return f"suspected, but not confirmed{stopped}"
    return f"too few pairs{stopped}" if stopped else "too noisy"


def _tell_interruption(record: GateRecord) -> str:
    return f" ({record.interruption})" if record.interruption else ""


def _find_smallest_effect(hypothesis: Hypothesis) -> float | None:
    if hypothesis.alpha is None:
        return None
    margin = math.log1p(hypothesis.threshold.margin)
    effect = find_smallest_effect(hypothesis.differences, hypothesis.alpha, margin)
    return None if effect is None else math.exp(effect)


def _distrust(finding: Finding) -> Finding:
    if finding.verdict is GateVerdict.FAILED:
        return finding
    return replace(finding, verdict=GateVerdict.INCONCLUSIVE, smallest_effect=None, reason=CONTROL)


def _conclude(record: GateRecord, findings: tuple[Finding, ...], control: Control) -> tuple[Outcome, str]:
    if not any(finding.change and finding.change.high for finding in findings):
        reason = f"nothing was compared: no case gave enough numbers on both sides{_tell_interruption(record)}"
        return Outcome.NOT_COMPARED, reason
    if control.reason:
        return Outcome.INCONCLUSIVE, control.reason
    found = [OUTCOMES[finding.verdict] for finding in findings]
    outcome = find_heaviest(found)
    if outcome is Outcome.FINE:
        return outcome, f"all {len(findings)} comparisons are within their limits"
    return outcome, f"{found.count(outcome)} of {len(findings)} comparisons {REASONS[outcome]}"
