"""The stages of a gate: which pairs are needed next, and what those that are there decide.

Every case is screened by a few pairs. What the screen does not clear is confirmed by fresh pairs, which are looked at
when there are enough of them to reject, and once more when there are twice as many. The run that measures and the
report that decides again walk through the same steps, so they cannot disagree.

Wrong alarms: which hypotheses are confirmed depends on the screen alone, no pair of which is tested. Each look tests by
Holm's procedure over all of them, at its share of alpha, with exact p-values; the shares add up to alpha.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from reports.gate.pairs import read_differences
from reports.gate.plan import GatedMetric, Plan, Threshold
from reports.gate.record import STAGES, GateRecord, PairKind, Series, Stage
from reports.stats.holm import reject_by_holm
from reports.stats.signflip import estimate_shift, find_first_look, sign_flip_p_value

CLEARED_SHARE = 0.4  # of the limit: a true change as large as the limit seldom shows as less than this in the screen
FUTILE_SHARE = 0.2  # likewise, after the first look
MAX_FAILURES = 2  # of a case's processes; one may be bad luck, two are not waited for


class State(Enum):
    """How far a hypothesis has come."""

    OPEN = "open"
    CLEARED = "cleared"
    REJECTED = "rejected"
    FAILED = "failed"
    UNMEASURED = "unmeasured"


@dataclass(frozen=True)
class Hypothesis:
    """That one case got worse in one metric, and what its pairs decided.

    Args:
        threshold: The case and the metric, and what counts as worse.
        stage: The stage whose pairs decided.
        differences: Differences of those pairs that told this metric, ln of head over base.
        state: What they decided.
        alpha: What the smallest p-value of the last look was held against; Holm's procedure asks less of the others.
            None if it was not tested.
        p_value: The p-value of the last test; None if it was not tested.
    """

    threshold: Threshold
    stage: Stage
    differences: tuple[float, ...]
    state: State
    alpha: float | None = None
    p_value: float | None = None


@dataclass(frozen=True)
class PairRequest(Series):
    """That a series be measured until it has so many pairs, those that failed counted too.

    Args:
        case: Id of the case.
        kind: What is compared, as in `Series`.
        stage: What the pairs serve, as in `Series`.
        num_pairs: Number of pairs in all, with those that are there.
        takes_turns: True if both sides take turns; False where memory alone is gated.
        reads_memory: True if what the pipeline holds is read on both sides.
    """

    num_pairs: int
    takes_turns: bool = True
    reads_memory: bool = False


@dataclass(frozen=True)
class Look:
    """When the confirming pairs are tested, and at which level for all hypotheses together."""

    num_pairs: int
    alpha: float


@dataclass(frozen=True)
class Progress:
    """All hypotheses in the order of the plan, and the pairs that are missing, the most suspicious case first."""

    hypotheses: tuple[Hypothesis, ...]
    requests: tuple[PairRequest, ...]


def find_next_pairs(record: GateRecord) -> tuple[PairRequest, ...]:
    """The pairs that are needed next; none if all is decided."""
    return follow(record, ends_here=False).requests


def follow(record: GateRecord, *, ends_here: bool) -> Progress:
    """Walk through the stages as far as the pairs go.

    Args:
        record: The run so far.
        ends_here: True if no more pairs will come: a look that has not all of them is taken with those that are there.
    """
    requests = _request_screen(record)
    screened = tuple(_screen(record, threshold) for threshold in record.plan.thresholds)
    if requests:
        return Progress(screened, requests)
    suspects = sorted((each for each in screened if each.state is State.OPEN), key=_suspicion, reverse=True)
    confirmed = _confirm(record, suspects, ends_here=ends_here)
    by_threshold = {each.threshold: each for each in confirmed.hypotheses}
    return Progress(tuple(by_threshold.get(each.threshold, each) for each in screened), confirmed.requests)


def _request_screen(record: GateRecord) -> tuple[PairRequest, ...]:
    plan = record.plan
    each_control = math.ceil(plan.num_control_pairs / max(1, len(plan.control_cases)))
    gated = dict.fromkeys(threshold.case for threshold in plan.thresholds)
    wanted = [
        *(_request(record, Series(case, "gate", "screen"), plan.num_screen_pairs) for case in gated),
        *(_request(record, Series(case, "control", "screen"), each_control) for case in plan.control_cases),
    ]
    return tuple(request for request in wanted if request is not None)


def _request(record: GateRecord, series: Series, num_pairs: int) -> PairRequest | None:
    """What is missing; nothing for a case that fails again and again."""
    case, kind = series.case, series.kind
    has_failed = case in record.broken or len(record.find_failures(case, kind)) >= MAX_FAILURES
    if has_failed or len(record.find_tried(series)) >= num_pairs:
        return None
    metrics = _find_metrics(record.plan, case, kind)
    return PairRequest(case, kind, series.stage, num_pairs, bool(metrics - {"memory"}), "memory" in metrics)


def _find_metrics(plan: Plan, case: str, kind: PairKind) -> set[GatedMetric]:
    """What pairs must tell: those of the control all that is gated anywhere, as it is judged for all cases together."""
    return {each.metric for each in plan.thresholds if kind == "control" or each.case == case}


def _screen(record: GateRecord, threshold: Threshold) -> Hypothesis:
    differences = read_differences(
        record, threshold.case, threshold.metric, stage="screen", below=record.plan.num_screen_pairs
    )
    hypothesis = Hypothesis(threshold, "screen", tuple(differences), State.OPEN)
    if _has_failed(record, threshold.case, ("screen",)):
        return replace(hypothesis, state=State.FAILED)
    if not differences:
        return replace(hypothesis, state=State.UNMEASURED)
    return replace(hypothesis, state=State.CLEARED) if _is_clear(hypothesis, CLEARED_SHARE) else hypothesis


def _has_failed(record: GateRecord, case: str, stages: Sequence[Stage]) -> bool:
    """The screen must not see what failed later, or the family of those that are confirmed would shrink."""
    return case in record.broken or len(record.find_failures(case, stages=stages)) >= MAX_FAILURES


def _is_clear(hypothesis: Hypothesis, share: float) -> bool:
    """The limit is ruled out, and the change is at most this share of it."""
    limit = math.log1p(hypothesis.threshold.limit)
    shift = estimate_shift(hypothesis.differences)
    return shift.high is not None and shift.high < limit and shift.median <= share * limit


def _suspicion(hypothesis: Hypothesis) -> float:
    return estimate_shift(hypothesis.differences).median / math.log1p(hypothesis.threshold.limit)


def plan_looks(plan: Plan, family: int) -> tuple[Look, ...]:
    """The looks at the confirming pairs of so many hypotheses, each at twice the pairs of the one before."""
    first = find_first_look(plan.alpha * plan.look_shares[0] / family)
    return tuple(Look(first * 2**number, plan.alpha * share) for number, share in enumerate(plan.look_shares))


def _confirm(record: GateRecord, suspects: Sequence[Hypothesis], *, ends_here: bool) -> Progress:
    hypotheses = tuple(suspects)
    looks = plan_looks(record.plan, len(suspects)) if suspects else ()
    for look in looks:
        cases = dict.fromkeys(each.threshold.case for each in hypotheses if each.state is State.OPEN)
        wanted = [_request(record, Series(case, "gate", "confirm"), look.num_pairs) for case in cases]
        requests = tuple(request for request in wanted if request is not None)
        if requests and not ends_here:
            return Progress(hypotheses, requests)
        hypotheses = _look(record, hypotheses, look, share=1.0 if look is looks[-1] or requests else FUTILE_SHARE)
        if requests:
            break
    return Progress(hypotheses, ())


def _look(
    record: GateRecord, hypotheses: tuple[Hypothesis, ...], look: Look, *, share: float
) -> tuple[Hypothesis, ...]:
    """Test those that are open, then clear those whose change is below this share of the limit."""
    tested = [_test(record, each, look, len(hypotheses)) if each.state is State.OPEN else each for each in hypotheses]
    p_values = {
        number: each.p_value
        for number, each in enumerate(tested)
        if each.p_value is not None and each.state is State.OPEN
    }
    rejected = reject_by_holm(p_values, look.alpha, len(hypotheses))
    return tuple(
        replace(each, state=State.REJECTED) if number in rejected else _settle(record, each, share)
        for number, each in enumerate(tested)
    )


def _test(record: GateRecord, hypothesis: Hypothesis, look: Look, family: int) -> Hypothesis:
    threshold = hypothesis.threshold
    differences = read_differences(record, threshold.case, threshold.metric, stage="confirm", below=look.num_pairs)
    if not differences:
        return hypothesis
    p_value = sign_flip_p_value(differences, math.log1p(threshold.margin))
    return Hypothesis(threshold, "confirm", tuple(differences), State.OPEN, look.alpha / family, p_value)


def _settle(record: GateRecord, hypothesis: Hypothesis, share: float) -> Hypothesis:
    if hypothesis.state is not State.OPEN:
        return hypothesis
    if _has_failed(record, hypothesis.threshold.case, STAGES):
        return replace(hypothesis, state=State.FAILED)
    is_clear = hypothesis.stage == "confirm" and _is_clear(hypothesis, share)
    return replace(hypothesis, state=State.CLEARED) if is_clear else hypothesis
