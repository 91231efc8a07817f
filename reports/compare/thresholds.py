"""How much worse a run may be, and what that makes of a comparison: a verdict, and an exit code that fails closed."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from reports.compare.pairing import COMPARED, Change, CompareError, Comparison
from reports.compare.side_by_side import SideBySide
from reports.summary.metric import RELATIVE, Metric
from reports.summary.outcome import Outcome, find_heaviest

FORM = re.compile(r"(?P<metric>[a-z_]+):(?P<percent>\d{1,6}(\.\d{1,6})?)%", re.ASCII)
EXAMPLE = "such as time:5%"
WHOLE = 100.0  # percent
NUM_READINGS = 2  # of bytes: each run has one
MOST_NAMED = 5  # cases in a line; the table has all


class LimitVerdict(Enum):
    """What a threshold makes of a change."""

    REGRESSED = "REGRESSED"
    INCONCLUSIVE = "INCONCLUSIVE"
    FINE = "fine"


@dataclass(frozen=True)
class MetricThreshold:
    """How much worse a metric may be, in percent of what it was."""

    metric: Metric
    percent: float

    def __str__(self) -> str:
        return f"{self.metric.name}:{self.percent:g}%"

    @property
    def limit(self) -> float:
        """The ratio that is just allowed."""
        share = self.percent / WHOLE
        return 1 - share if self.metric.more_is_better else 1 + share


@dataclass(frozen=True)
class Conclusion:
    """What all thresholds say of all comparisons, and why, a line each."""

    outcome: Outcome
    lines: tuple[str, ...]


def parse_thresholds(texts: Sequence[str]) -> tuple[MetricThreshold, ...]:
    """The thresholds that texts such as ``time:5%`` stand for; the beginning of a metric's name will do.

    Raises:
        CompareError: A text is none, or two are of one metric.
    """
    thresholds = tuple(_parse(text) for text in texts)
    names = [threshold.metric.name for threshold in thresholds]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise CompareError(f"--fail-on has two thresholds for {twice}: give one.")
    return thresholds


def _parse(text: str) -> MetricThreshold:
    found = FORM.fullmatch(text)
    if found is None:
        raise CompareError(f"--fail-on must be METRIC:PERCENT%, {EXAMPLE}, got '{text}'.")
    threshold = MetricThreshold(_find_metric(found["metric"]), float(found["percent"]))
    _check_can_be_kept(threshold, text)
    return threshold


def _check_can_be_kept(threshold: MetricThreshold, text: str) -> None:
    """Bytes are read once: two readings of one thing differ so much that a narrow limit could never be known kept."""
    closest = (threshold.metric.spread or 1.0) ** NUM_READINGS
    if threshold.limit < closest and not threshold.metric.more_is_better:
        least = math.ceil(WHOLE * (closest - 1))
        raise CompareError(
            f"--fail-on {text}: two readings of one case may differ by nearly {least} %; use "
            f"{threshold.metric.name}:{least}% or more."
        )
    if threshold.limit <= 0:
        raise CompareError(f"--fail-on {text}: {threshold.metric.name} can never be 100 % worse: more of it is better.")


def _find_metric(name: str) -> Metric:
    found = [metric for metric in COMPARED if metric.name.startswith(name)]
    if len(found) != 1:
        known = ", ".join(metric.name for metric in COMPARED)
        raise CompareError(f"--fail-on: '{name}' is not the beginning of one metric: {known}.")
    return found[0]


def judge(change: Change, thresholds: Sequence[MetricThreshold]) -> LimitVerdict | None:
    """REGRESSED if the whole interval is beyond the limit, FINE if none of it is; None where no threshold is meant.

    A time is not judged by turns that others had a part in: they may have been there for one run and not for the other.
    """
    limit = next((each.limit for each in thresholds if each.metric.name == change.metric.name), None)
    if limit is None:
        return None
    low, high = change.ratio.low, change.ratio.high
    if low is None or high is None or change.is_disturbed:
        return LimitVerdict.INCONCLUSIVE
    if change.metric.more_is_better:
        low, high, limit = -high, -low, -limit
    if low > limit:
        return LimitVerdict.REGRESSED
    return LimitVerdict.FINE if high <= limit else LimitVerdict.INCONCLUSIVE


def conclude(shown: SideBySide, thresholds: Sequence[MetricThreshold], *, allows_missing: bool = False) -> Conclusion:
    """A regression outweighs all; then a threshold that nothing could be held to; then what stays open.

    Args:
        shown: The runs and what was found in them.
        thresholds: How much worse each metric may be.
        allows_missing: True if cases of the first run may be missing in others, or not be comparable with theirs.
    """
    judged = [
        (_name_change(change, comparison, shown), verdict)
        for comparison in shown.comparisons
        for change in comparison.changes
        if (verdict := judge(change, select_usable(comparison, thresholds))) is not None
    ]
    problems = _find_problems(shown, thresholds)
    missing = [] if allows_missing or problems else _find_missing(shown, thresholds)
    regressed, unclear = (
        [name for name, verdict in judged if verdict is wanted]
        for wanted in (LimitVerdict.REGRESSED, LimitVerdict.INCONCLUSIVE)
    )
    found = {Outcome.REGRESSED: regressed, Outcome.NOT_COMPARED: [*problems, *missing], Outcome.INCONCLUSIVE: unclear}
    outcome = find_heaviest(each for each, names in found.items() if names)
    lines = [
        *_tell(LimitVerdict.REGRESSED, regressed),
        *(problems or _tell(LimitVerdict.INCONCLUSIVE, unclear)),
        *missing,
    ]
    return Conclusion(outcome, tuple(lines or _tell_fine(shown, len(judged), thresholds)))


def _tell_fine(shown: SideBySide, count: int, thresholds: Sequence[MetricThreshold]) -> list[str]:
    """How much was held to the thresholds, and how much of the first run was not."""
    if not thresholds:
        return []
    left_out = len(_list_missing(shown, thresholds))
    but = f"; {left_out} of the first run's cases not compared" if left_out else ""
    return [
        f"{LimitVerdict.FINE.value}: all {count} within {', '.join(str(threshold) for threshold in thresholds)}{but}"
    ]


def _list_missing(shown: SideBySide, thresholds: Sequence[MetricThreshold]) -> list[str]:
    """Cases of the first run that have what is judged and were not compared with every other run, each once."""
    missing: dict[str, None] = {}
    for comparison in shown.comparisons:
        compared = {(change.case, change.metric.name) for change in comparison.changes}
        for case in comparison.first.cases:
            names = {threshold.metric.name for threshold in thresholds} & case.values.keys()
            if any((case.identity, name) not in compared for name in names):
                missing[case.identity.label] = None
    return list(missing)


def _find_missing(shown: SideBySide, thresholds: Sequence[MetricThreshold]) -> list[str]:
    missing = _list_missing(shown, thresholds)
    if not missing:
        return []
    more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
    what = f"{len(missing)} of {len(shown.runs[0].cases)} cases of {shown.runs[0].path}"
    return [f"{what} were not compared: {', '.join(missing[:MOST_NAMED])}{more}; --allow-missing lets them go."]


def select_usable(comparison: Comparison, thresholds: Sequence[MetricThreshold]) -> list[MetricThreshold]:
    """Those that can be held to: a time of another machine is no regression."""
    return [each for each in thresholds if not comparison.machine_doubt or not each.metric.tells_speed]


def _find_problems(shown: SideBySide, thresholds: Sequence[MetricThreshold]) -> list[str]:
    """Why there is nothing to go by. Devices side by side are enough where nothing is to fail."""
    if not shown.comparisons and (thresholds or not shown.speed_ups):
        return [f"nothing to compare {shown.runs[0].path} with: name a second run."]
    void = [each for each in shown.comparisons if not each.changes]
    if void and (thresholds or not shown.speed_ups):
        return [f"nothing could be compared: {_name(each)} have no case in common." for each in void]
    return [line for each in shown.comparisons for threshold in thresholds for line in _find_problem(each, threshold)]


def _find_problem(comparison: Comparison, threshold: MetricThreshold) -> list[str]:
    """Why the threshold is void in this comparison."""
    void = f"{threshold} cannot be judged: {_name(comparison)}"
    if threshold not in select_usable(comparison, [threshold]):
        advice = f"use {RELATIVE.name}:{threshold.percent:g}%" if comparison.first.data_fingerprint else "use one"
        return [f"{void} {comparison.machine_doubt}: {advice}."]
    if threshold.metric.name not in {metric.name for metric in comparison.metrics}:
        return [f"{void} have no case in common that has {threshold.metric.name}."]
    return []


def _name(comparison: Comparison) -> str:
    return f"{comparison.first.path} and {comparison.second.path}"


def _name_change(change: Change, comparison: Comparison, shown: SideBySide) -> str:
    where = f" in {comparison.second.path}" if len(shown.comparisons) > 1 else ""
    return f"{change.case.label} ({change.metric.name}{where})"


def _tell(verdict: LimitVerdict, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return [f"{verdict.value}: {', '.join(names[:MOST_NAMED])}{more}"]
