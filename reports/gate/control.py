"""Base against base: if a revision differs from itself, the run proves nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass

from reports.gate.pairs import read_difference
from reports.gate.plan import GATED, GatedMetric
from reports.gate.record import GateRecord
from reports.stats.median import Estimate
from reports.stats.signflip import as_ratio, estimate_shift, sign_flip_p_value

LEVEL = 0.01  # the chance that a sound run is called unsound, all metrics together


@dataclass(frozen=True)
class Control:
    """What the control pairs say, all cases together.

    Args:
        num_pairs: Control pairs that were measured.
        changes: The side that played head over the other, as a ratio, for every metric that was told.
        reason: Why the run proves nothing; empty if it may.
    """

    num_pairs: int
    changes: tuple[tuple[GatedMetric, Estimate], ...]
    reason: str


def judge_control(record: GateRecord) -> Control:
    """Whether base differed from itself, in either direction, by more than the margin.

    The cases are tested together: their signs are tossed independently of each other, so the test stays exact.
    """
    differences = _read_control(record)
    num_pairs = sum(pair.kind == "control" for pair in record.pairs)
    changes = tuple((metric, as_ratio(estimate_shift(values))) for metric, values in differences.items())
    return Control(num_pairs, changes, _tell_fault(record, differences))


def _read_control(record: GateRecord) -> dict[GatedMetric, list[float]]:
    pairs = [pair for pair in record.pairs if pair.kind == "control"]
    gated = {threshold.metric for threshold in record.plan.thresholds}
    told = {metric: [read_difference(pair, metric) for pair in pairs] for metric in GATED if metric in gated}
    kept = {metric: [value for value in values if value is not None] for metric, values in told.items()}
    return {metric: values for metric, values in kept.items() if values}


def _tell_fault(record: GateRecord, differences: dict[GatedMetric, list[float]]) -> str:
    level = LEVEL / (2 * max(1, len(differences)))  # two directions for each metric
    fewest = min((len(values) for values in differences.values()), default=0)
    if 2.0**-fewest > level:
        return f"the control, base against base, has too few pairs to tell: {fewest}"
    for metric, values in differences.items():
        margin = _find_margin(record, metric)
        opposite = [-value for value in values]
        if min(sign_flip_p_value(values, margin), sign_flip_p_value(opposite, margin)) <= level:
            return f"base differs from itself in {metric}: something but the code decides here"
    return ""


def _find_margin(record: GateRecord, metric: GatedMetric) -> float:
    """The logarithm of the largest margin of the control cases, or of all cases where those are not gated by it."""
    thresholds = [each for each in record.plan.thresholds if each.metric == metric]
    own = [each for each in thresholds if each.case in record.plan.control_cases]
    return math.log1p(max(each.margin for each in own or thresholds))
