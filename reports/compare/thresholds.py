"""How much worse a run may be, and what that makes of a comparison: a verdict, and an exit code that fails closed."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fnmatch import fnmatchcase

from mnist_core.language.choice import explain_choice
from reports.compare.overview import summarize_changes
from reports.compare.pairing import COMPARED, Change, CompareError, Comparison
from reports.compare.side_by_side import SideBySide
from reports.drawing.numbers import find_digits
from reports.drawing.units import DIGITS
from reports.stats.holm import reject_by_holm
from reports.summary.identity import Identity
from reports.summary.metric import RELATIVE, ROUND_TIME, Metric
from reports.summary.outcome import Outcome, find_heaviest

FORM = re.compile(r"(?P<metric>[a-z_]+):(?P<percent>\d{1,6}(\.\d{1,6})?)%", re.ASCII)
EXAMPLE = "such as time:5%"
EVERY_CASE = "*"
WHOLE = 100.0  # percent
NUM_READINGS = 2  # of bytes: each run has one
MOST_NAMED = 5  # cases in a line; the table has all
FEWEST_MANY = 8  # cases, from which on the middle of the others is one to go by
ALPHA = 0.05  # how often any of many cases is called REGRESSED where none is


class LimitVerdict(Enum):
    """What a threshold makes of a change."""

    REGRESSED = "REGRESSED"
    INCONCLUSIVE = "INCONCLUSIVE"
    FINE = "fine"


@dataclass(frozen=True)
class MetricThreshold:
    """How much worse a metric may be.

    Args:
        metric: Metric that is meant.
        percent: Most that it may be worse by, in percent of what it was.
        pattern: Pattern of the names of the cases that are meant, as shells have it.
    """

    metric: Metric
    percent: float
    pattern: str = EVERY_CASE

    def __str__(self) -> str:
        of = "" if self.pattern == EVERY_CASE else f" of {self.pattern}"
        return f"{self.metric.name}:{self.percent:g}%{of}"

    @property
    def limit(self) -> float:
        """The ratio that is just allowed."""
        share = self.percent / WHOLE
        return 1 - share if self.metric.more_is_better else 1 + share


Verdicts = Mapping[tuple[Identity, str], LimitVerdict]
"""By case and name of the metric, for what a threshold is meant for."""


@dataclass(frozen=True)
class Conclusion:
    """What all thresholds say of all comparisons.

    Args:
        outcome: What they come to.
        lines: Why, a line each.
        verdicts: What they say of the changes of each comparison, in their order; empty where nothing was judged.
        thresholds: All thresholds.
    """

    outcome: Outcome
    lines: tuple[str, ...]
    verdicts: tuple[Verdicts, ...] = ()
    thresholds: tuple[MetricThreshold, ...] = ()

    def get_verdicts(self, number: int) -> Verdicts:
        """What they say of the changes of a comparison, of which the first has the number 0."""
        return self.verdicts[number] if self.verdicts else {}


def parse_thresholds(texts: Sequence[str], pattern: str = EVERY_CASE) -> tuple[MetricThreshold, ...]:
    """The thresholds that texts such as ``time:5%`` stand for; the beginning of a metric's name will do.

    Args:
        texts: Metrics and percents.
        pattern: Pattern of the names of the cases that they are for.

    Raises:
        CompareError: A text is none, or two are of one metric.
    """
    thresholds = tuple(replace(_parse(text), pattern=pattern) for text in texts)
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
        raise CompareError(explain_choice("the metric of --fail-on", [metric.name for metric in COMPARED], name))
    return found[0]


def judge_changes(changes: Sequence[Change], thresholds: Sequence[MetricThreshold]) -> Verdicts:
    """REGRESSED if the whole interval is beyond the limit, FINE if none of it is.

    From `FEWEST_MANY` cases on, a time is judged beside the middle of the other cases' ratios, and all of them together
    by Holm's procedure: else one of many is beyond its limit by chance, and all of them where the machine was slower.
    A time is not judged by turns that others had a part in: they may have been there for one run and not for the other.
    """
    verdicts: dict[tuple[Identity, str], LimitVerdict] = {}
    for name in dict.fromkeys(threshold.metric.name for threshold in thresholds):
        found = [change for change in changes if change.metric.name == name]
        meant = [(change, find_threshold(thresholds, change.case.label, name)) for change in found]
        pairs = [(change, threshold.limit) for change, threshold in meant if threshold is not None]
        judged = _judge_together(pairs, found) if are_many(found) else [_judge(*pair) for pair in pairs]
        verdicts |= {(change.case, name): verdict for (change, _), verdict in zip(pairs, judged, strict=True)}
    return verdicts


def find_threshold(thresholds: Sequence[MetricThreshold], case: str, metric: str) -> MetricThreshold | None:
    """The last that is for this metric of this case, so that later ones may speak of some cases; None without one."""
    meant = [each for each in thresholds if each.metric.name == metric and fnmatchcase(case, each.pattern)]
    return meant[-1] if meant else None


def are_many(changes: Sequence[Change]) -> bool:
    """True for changes of one metric that are judged together."""
    return len(changes) >= FEWEST_MANY and changes[0].metric.is_timed


def _judge_together(allowed: Sequence[tuple[Change, float]], changes: Sequence[Change]) -> list[LimitVerdict]:
    """The verdict on each that a limit is meant for, beside the others among all changes of the metric."""
    ratios = sorted(change.ratio.median for change in changes)
    pairs = [(change, limit * _find_middle_of_others(ratios, change.ratio.median)) for change, limit in allowed]
    p_values = {number: change.find_p_value(each) for number, (change, each) in enumerate(pairs)}
    rejected = reject_by_holm(p_values, ALPHA, len(pairs))
    verdicts = [_judge(*pair) for pair in pairs]
    return [
        LimitVerdict.INCONCLUSIVE if verdict is LimitVerdict.REGRESSED and number not in rejected else verdict
        for number, verdict in enumerate(verdicts)
    ]


def _find_middle_of_others(ordered: Sequence[float], own: float) -> float:
    """The median of the ratios without one that is equal to this."""
    place, left = bisect_left(ordered, own), len(ordered) - 1
    low, high = (number + (place <= number) for number in ((left - 1) // 2, left // 2))
    return (ordered[low] + ordered[high]) / 2


def _judge(change: Change, limit: float) -> LimitVerdict:
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
    verdicts = tuple(judge_changes(each.changes, select_usable(each, thresholds)) for each in shown.comparisons)
    judged = [
        (_name_change(change, comparison, shown), verdict)
        for comparison, found in zip(shown.comparisons, verdicts, strict=True)
        for change in comparison.changes
        if (verdict := found.get((change.case, change.metric.name))) is not None
    ]
    problems = _find_problems(shown, thresholds)
    missing = [] if allows_missing or problems else _find_missing(shown, thresholds)
    regressed, unclear = (
        [name for name, verdict in judged if verdict is wanted]
        for wanted in (LimitVerdict.REGRESSED, LimitVerdict.INCONCLUSIVE)
    )
    shifts = _find_shifts(shown, thresholds)
    reasons = {
        Outcome.ALL_CHANGED: shifts,
        Outcome.REGRESSED: regressed,
        Outcome.NOT_COMPARED: [*problems, *missing],
        Outcome.INCONCLUSIVE: unclear,
    }
    outcome = find_heaviest(each for each, names in reasons.items() if names)
    lines = [
        *_tell(LimitVerdict.REGRESSED, regressed),
        *(problems or _tell(LimitVerdict.INCONCLUSIVE, unclear)),
        *missing,
        *shifts,
    ]
    told = tuple(lines or _tell_fine(shown, len(judged), thresholds))
    return Conclusion(outcome, told, verdicts, tuple(thresholds))


def _tell_fine(shown: SideBySide, count: int, thresholds: Sequence[MetricThreshold]) -> list[str]:
    """How much was held to the thresholds, and how much of the first run was not."""
    if not thresholds:
        return []
    left_out = len(_list_missing(shown, thresholds))
    but = f"; {left_out} of the first run's cases not compared" if left_out else ""
    return [
        f"{LimitVerdict.FINE.value}: all {count} within {', '.join(str(threshold) for threshold in thresholds)}{but}"
    ]


def _find_shifts(shown: SideBySide, thresholds: Sequence[MetricThreshold]) -> list[str]:
    """Where the middle of many cases is beyond a limit, beside which each of them is judged."""
    lines = []
    for comparison in shown.comparisons:
        for threshold in select_usable(comparison, thresholds):
            changes = [change for change in comparison.changes if change.metric.name == threshold.metric.name]
            if (
                threshold.pattern == EVERY_CASE
                and are_many(changes)
                and (middle := summarize_changes(changes).middle) > threshold.limit
            ):
                digits = find_digits((middle,), (threshold.limit,), DIGITS)
                what = f"the middle of {len(changes)} ratios of {threshold.metric.name} is {middle:.{digits}g}"
                lines.append(f"ALL CHANGED: {what}: rather the machine, or what all use, than one case")
    return lines


def _list_missing(shown: SideBySide, thresholds: Sequence[MetricThreshold]) -> list[str]:
    """Cases of the first run that have what is judged and were not compared with every other run, each once."""
    missing: dict[str, None] = {}
    for comparison in shown.comparisons:
        compared = {(change.case, change.metric.name) for change in comparison.changes}
        for case in comparison.first.cases:
            names = [name for name in case.values if find_threshold(thresholds, case.identity.label, name)]
            if any((case.identity, name) not in compared for name in names):
                missing[case.identity.label] = None
        for label in comparison.first.damaged:
            if find_threshold(thresholds, label, ROUND_TIME.name):
                missing[f"{label} (damaged)"] = None
    return list(missing)


def _find_missing(shown: SideBySide, thresholds: Sequence[MetricThreshold]) -> list[str]:
    missing = _list_missing(shown, thresholds)
    if not missing:
        return []
    first = shown.runs[0]
    what = f"{len(missing)} of {len(first.cases) + len(first.damaged)} cases of {first.path}"
    return [f"{what} were not compared: {_list_names(missing)}; --allow-missing lets them go."]


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
    return [f"{verdict.value}: {_list_names(names)}"] if names else []


def _list_names(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}"
