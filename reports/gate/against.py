"""A stored run as the base of a gate, for those who have nothing else: what it says, and what it cannot promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.claims.claim import Kind, judge_claims, load_claims
from reports.gate.record import Threshold
from reports.gate.verdict import Verdict
from reports.record.record import REFERENCE, CaseRecord, Record
from reports.stats.median import Estimate, estimate_median, estimate_ratio
from reports.summary.estimates import read_turns
from reports.summary.outcome import Outcome

TURN_METRICS = ("time", "cpu", "first_batch")


@dataclass(frozen=True)
class Again:
    """A case of a stored run and the same one measured now, by its id."""

    id: str
    stored: CaseRecord
    present: CaseRecord


@dataclass(frozen=True)
class AgainstFinding:
    """The verdict on one case and metric; the change is a ratio of now to then, each end of it with 95 % confidence."""

    threshold: Threshold
    verdict: Verdict
    change: Estimate | None
    reason: str = ""


@dataclass(frozen=True)
class AgainstDecision:
    """All verdicts against a stored run.

    Args:
        findings: one for each threshold.
        missing: the ids of stored cases that there are not any more, or with another ordering.
        broken_claims: the ids of claims that held then and are refuted now.
        caveats: what these verdicts cannot promise.
        outcome: of all.
        reason: why, in one line.
    """

    findings: tuple[AgainstFinding, ...]
    missing: tuple[str, ...]
    broken_claims: tuple[str, ...]
    caveats: tuple[str, ...]
    outcome: Outcome
    reason: str


def judge_against(
    stored: Record,
    present: Record,
    again: Sequence[Again],
    thresholds: Sequence[Threshold],
    *,
    failed: Mapping[str, str],
    missing: Sequence[str],
) -> AgainstDecision:
    """What a run says against a stored one.

    On the same kind of machine with the same packages, times are compared. Otherwise only what each run says within
    itself is: ratios to the reference case, and claims.

    Args:
        stored: the run of then.
        present: the run of now.
        again: the cases of both that are the same.
        thresholds: of these cases, and of those that failed.
        failed: why a case gave no numbers now, by its id.
        missing: the ids of stored cases that could not be measured again.
    """
    differences = find_differences(stored, present)
    by_id = {each.id: each for each in again}
    judged = [
        AgainstFinding(threshold, Verdict.FAILED, None, failed[threshold.case])
        if threshold.case in failed
        else _judge(threshold, by_id[threshold.case], again, is_relative=bool(differences))
        for threshold in thresholds
    ]
    findings, broken = tuple(each for each in judged if each is not None), _find_broken_claims(stored, present)
    caveats = _tell_caveats(stored, differences)
    return AgainstDecision(findings, tuple(missing), broken, caveats, *_conclude(findings, broken))


def find_differences(stored: Record, present: Record) -> list[str]:
    """How machine and versions differ, each in a few words; none if they are the same as far as a record tells."""
    pairs = {
        "processor": (stored.machine.cpu, present.machine.cpu),
        "cores": (stored.machine.num_cores, present.machine.num_cores),
        "system": (stored.machine.system, present.machine.system),
    }
    then, now = (dict(record.cases[0].setting.versions) for record in (stored, present))
    pairs |= {name: (then.get(name, "none"), now.get(name, "none")) for name in sorted(then.keys() | now.keys())}
    return [f"{name} {one} then, {other} now" for name, (one, other) in pairs.items() if one != other]


def _judge(threshold: Threshold, pair: Again, again: Sequence[Again], *, is_relative: bool) -> AgainstFinding | None:
    """The finding; None for the case that all ratios are to."""
    if threshold.metric not in TURN_METRICS:
        return AgainstFinding(threshold, Verdict.INCONCLUSIVE, None, "bytes are not read again: use --base")
    reference = _find_reference(pair, again)
    if is_relative and pair.stored.name == REFERENCE:
        return None
    if is_relative and reference is None:
        reason = f"there is no {REFERENCE} beside it to make a ratio of"
        return AgainstFinding(threshold, Verdict.INCONCLUSIVE, None, reason)
    then, now = (
        _estimate(threshold.metric, getattr(pair, when), getattr(reference, when, None) if is_relative else None)
        for when in ("stored", "present")
    )
    if then is None or now is None:
        return AgainstFinding(threshold, Verdict.INCONCLUSIVE, None, "both runs do not tell this metric")
    change = divide(now, then)
    verdict = _find_verdict(change, threshold)
    reason = "" if change.has_interval else "too few turns"
    return AgainstFinding(threshold, verdict, change, reason)


def _find_reference(pair: Again, again: Sequence[Again]) -> Again | None:
    def place(case: CaseRecord) -> tuple[object, ...]:
        return case.consumer, case.step_ms, case.arm, case.device, case.group

    return next(
        (each for each in again if each.stored.name == REFERENCE and place(each.stored) == place(pair.stored)), None
    )


def _estimate(metric: str, case: CaseRecord, reference: CaseRecord | None) -> Estimate | None:
    """The metric, or its ratio to the reference case, turn against turn of the same round."""
    values = read_turns(metric, case)
    if reference is None:
        return estimate_median(list(values.values())) if values else None
    others: Mapping[int, float] = read_turns(metric, reference)
    return estimate_ratio(values, others) if values.keys() & others.keys() else None


def divide(now: Estimate, then: Estimate) -> Estimate:
    """The ratio of two independent estimates; if each end of both misses once in 40, each end of it once in 20."""
    count = min(now.count, then.count)
    if now.low is None or now.high is None or then.low is None or then.high is None:
        return Estimate(now.median / then.median, None, None, count)
    return Estimate(now.median / then.median, now.low / then.high, now.high / then.low, count)


def _find_verdict(change: Estimate, threshold: Threshold) -> Verdict:
    if change.low is None or change.high is None:
        return Verdict.INCONCLUSIVE
    if change.low > 1 + threshold.margin:
        return Verdict.REGRESSED
    if change.high < 1 / (1 + threshold.margin):
        return Verdict.IMPROVED
    return Verdict.OK if change.high < 1 + threshold.limit else Verdict.INCONCLUSIVE


def _find_broken_claims(stored: Record, present: Record) -> tuple[str, ...]:
    then, now = (judge_claims(load_claims(), record) for record in (stored, present))
    refuted = {each.claim.id for each in now if each.kind is Kind.REFUTED}
    return tuple(each.claim.id for each in then if each.kind is Kind.HOLDS and each.claim.id in refuted)


def _tell_caveats(stored: Record, differences: Sequence[str]) -> tuple[str, ...]:
    always = (
        f"the stored run is of {stored.datetime[:16]}: all that the machine did differently then is in every change",
        "how often this is wrong is not known, unlike with mnist-bench gate --base, which measures both side by side",
    )
    if not differences:
        return always
    relative = (
        f"not the same setting ({'; '.join(differences)}): only ratios to {REFERENCE} within each run are compared"
    )
    return (*always, relative, "what slows all cases alike does not show in them")


def _conclude(findings: Sequence[AgainstFinding], broken_claims: Sequence[str]) -> tuple[Outcome, str]:
    counts = {verdict: sum(each.verdict is verdict for each in findings) for verdict in Verdict}
    if not any(each.change for each in findings) and not broken_claims:
        return Outcome.NOT_COMPARED, "nothing was compared: the runs have no case in common that gave numbers"
    if counts[Verdict.REGRESSED] or broken_claims:
        claims = f", and {len(broken_claims)} claims that held are refuted" if broken_claims else ""
        return Outcome.REGRESSED, f"{counts[Verdict.REGRESSED]} of {len(findings)} comparisons regressed{claims}"
    if counts[Verdict.FAILED]:
        return Outcome.FAILED, f"{counts[Verdict.FAILED]} of {len(findings)} comparisons could not be made"
    if counts[Verdict.INCONCLUSIVE]:
        return Outcome.INCONCLUSIVE, f"{counts[Verdict.INCONCLUSIVE]} of {len(findings)} comparisons are undecided"
    return Outcome.FINE, f"all {len(findings)} comparisons are within their limits"
