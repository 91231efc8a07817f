"""What is fixed before the first pair of a gate: what counts as worse, and how many pairs and looks there may be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from reports.record.stored.checks import check_at_least, check_number, check_unique
from reports.summary.metric import CPU_TIME, FIRST_BATCH, LIVE_BYTES, TIME, Metric

GatedMetric = Literal["time", "cpu", "first_batch", "memory"]
GATED: dict[GatedMetric, Metric] = {"time": TIME, "cpu": CPU_TIME, "first_batch": FIRST_BATCH, "memory": LIVE_BYTES}
"""The metrics that a gate may judge, by the names that its settings and its files have for them."""


@dataclass(frozen=True)
class Threshold:
    """What counts as worse, for one case and one metric; both are shares, 0.05 is 5 %.

    Args:
        case: Id of the case.
        metric: What is compared; time and cpu are per example.
        limit: OK means that a change as large as this is ruled out.
        margin: REGRESSED means that the change is larger than this.
    """

    case: str
    metric: GatedMetric
    limit: float
    margin: float

    def __post_init__(self) -> None:
        check_number("Threshold.margin", self.margin)
        check_number("Threshold.limit", self.limit)
        if self.margin >= self.limit:
            raise ValueError(f"Threshold.margin must be below limit, got {self.margin:g} and {self.limit:g}")


@dataclass(frozen=True)
class Plan:
    """What was fixed before the first pair. The numbers that hold unless a project says otherwise are in `settings`.

    Args:
        thresholds: One for every compared case and every metric that is gated in it.
        control_cases: Ids of the cases that are also measured base against base.
        alpha: The chance that a run of the whole suite finds a regression where there is none.
        look_shares: How alpha is divided among the looks at the confirming pairs; each look has twice the pairs of the
            one before.
        num_screen_pairs: Pairs by which every case is screened.
        num_control_pairs: Pairs of base against base, of all control cases together.
    """

    thresholds: tuple[Threshold, ...]
    control_cases: tuple[str, ...]
    alpha: float
    look_shares: tuple[float, ...]
    num_screen_pairs: int
    num_control_pairs: int

    def __post_init__(self) -> None:
        check_number("Plan.alpha", self.alpha)
        if not 0 < self.alpha < 1:
            raise ValueError(f"Plan.alpha must be between 0 and 1, got {self.alpha:g}")
        for share in self.look_shares:
            check_number("Plan.look_shares", share)
        if not math.isclose(sum(self.look_shares), 1) or min(self.look_shares) <= 0:
            raise ValueError(f"Plan.look_shares must be above 0 and add up to 1, got {self.look_shares}")
        check_at_least("Plan.num_screen_pairs", self.num_screen_pairs, at_least=1)
        check_at_least("Plan.num_control_pairs", self.num_control_pairs, at_least=1)
        check_unique("Plan.thresholds", [(each.case, each.metric) for each in self.thresholds])
        check_unique("Plan.control_cases", self.control_cases)
