"""What thresholds make of runs side by side: verdicts, and an exit code that fails closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from reports.compare.overview import are_many, find_middles, summarize_changes
from reports.compare.pairing import Change, Comparison
from reports.compare.side_by_side import SideBySide
from reports.compare.thresholds import EVERY_CASE, MetricThreshold, find_threshold
from reports.drawing.numbers import find_digits, render_estimate, render_ratio
from reports.drawing.units import DIGITS
from reports.stats.holm import reject_by_holm
from reports.summary.identity import Identity
from reports.summary.metric import RELATIVE, ROUND_TIME
from reports.summary.outcome import Outcome, find_heaviest

MOST_NAMED = 5  # cases in a line; the table has all
ALPHA = 0.05  # how often any of many cases is called REGRESSED where none is


class LimitVerdict(Enum):
    """What a threshold makes of a change."""

    REGRESSED = "REGRESSED"
    INCONCLUSIVE = "INCONCLUSIVE"
    FINE = "fine"


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
        judged = _judge_together(pairs, found) if are_many(found) else [judge_alone(*pair) for pair in pairs]
        verdicts |= {(change.case, name): verdict for (change, _), verdict in zip(pairs, judged, strict=True)}
    return verdicts


def _judge_together(allowed: Sequence[tuple[Change, float]], changes: Sequence[Change]) -> list[LimitVerdict]:
    """The verdict on each that a limit is meant for, beside the others among all changes of the metric."""
    middles = find_middles(changes)
    pairs = [(change, limit * middles[change.case]) for change, limit in allowed]
    p_values = {number: change.find_p_value(each) for number, (change, each) in enumerate(pairs)}
    rejected = reject_by_holm(p_values, ALPHA, len(pairs))
    verdicts = [judge_alone(*pair) for pair in pairs]
    return [
        LimitVerdict.INCONCLUSIVE if verdict is LimitVerdict.REGRESSED and number not in rejected else verdict
        for number, verdict in enumerate(verdicts)
    ]


def judge_alone(change: Change, limit: float) -> LimitVerdict:
    """What a limit makes of a change for itself."""
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
        pair
        for comparison, found in zip(shown.comparisons, verdicts, strict=True)
        for pair in _name_judged(comparison, shown, found)
    ]
    problems = _find_problems(shown, thresholds)
    missing = [] if allows_missing or problems else _find_missing(shown, thresholds)
    regressed, unclear = (
        [name for name, verdict in judged if verdict is wanted]
        for wanted in (LimitVerdict.REGRESSED, LimitVerdict.INCONCLUSIVE)
    )
    shifts, unsure = _find_shifts(shown, thresholds)
    reasons = {
        Outcome.ALL_CHANGED: shifts,
        Outcome.REGRESSED: regressed,
        Outcome.NOT_COMPARED: [*problems, *missing],
        Outcome.INCONCLUSIVE: [*unclear, *unsure],
    }
    outcome = find_heaviest(each for each, names in reasons.items() if names)
    lines = [
        *_tell(LimitVerdict.REGRESSED, regressed),
        *problems,
        *missing,
        *shifts,
        *([] if problems else _tell(LimitVerdict.INCONCLUSIVE, unclear)),
        *unsure,
    ]
    told = tuple(lines or _tell_fine(shown, len(judged), thresholds))
    return Conclusion(outcome, told, verdicts, tuple(thresholds))


def _tell_fine(shown: SideBySide, count: int, thresholds: Sequence[MetricThreshold]) -> list[str]:
    """How much was held to the thresholds, and how much of the first run was not."""
    if not thresholds:
        return []
    left_out = len(_list_missing(shown, thresholds))
    but = f"; {left_out} of the first run's cases not compared" if left_out else ""
    limits = ", ".join(f"{threshold}{_tell_middles(shown, threshold)}" for threshold in thresholds)
    return [f"{LimitVerdict.FINE.value}: all {count} within {limits}{but}"]


def _tell_middles(shown: SideBySide, threshold: MetricThreshold) -> str:
    """Beside what the cases were judged, if they were many; in each comparison."""
    found = [
        summarize_changes(changes).middle.median
        for comparison in shown.comparisons
        if are_many(changes := comparison.select(threshold.metric))
    ]
    told = " and ".join(dict.fromkeys(render_ratio(each, DIGITS) for each in found))
    return f" beside the others' middle of {told}" if found else ""


def _find_shifts(shown: SideBySide, thresholds: Sequence[MetricThreshold]) -> tuple[list[str], list[str]]:
    """Where the middle of many cases, beside which each is judged, is beyond a limit: surely, and perhaps."""
    surely: list[str] = []
    perhaps: list[str] = []
    for comparison in shown.comparisons:
        for threshold in select_usable(comparison, thresholds):
            changes = comparison.select(threshold.metric)
            if threshold.pattern != EVERY_CASE or not are_many(changes):
                continue
            middle = summarize_changes(changes).middle
            if middle.median <= threshold.limit:
                continue
            what = f"the middle of {len(changes)} ratios of {threshold.metric.name} is"
            if middle.low is not None and middle.low > threshold.limit:
                digits = find_digits((middle.median,), (threshold.limit,), DIGITS)
                why = "rather the machine, or what all use, than one case"
                surely.append(f"ALL CHANGED: {what} {render_ratio(middle.median, digits)}: {why}")
            else:
                told = render_estimate(middle, render_ratio, (threshold.limit,))
                perhaps.append(f"{LimitVerdict.INCONCLUSIVE.value}: {what} {told}")
    return surely, perhaps


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
        return [f"nothing could be compared: {line}" for line in _tell_void(void)]
    return [line for each in shown.comparisons for threshold in thresholds for line in _find_problem(each, threshold)]


def _tell_void(void: Sequence[Comparison]) -> list[str]:
    """Why, for the runs that have none of the first one's cases together, and for each of the others."""
    apart = [str(each.second.path) for each in void if not (each.unlike or each.zeros)]
    lines = [f"{void[0].first.path} and {_list_names(apart)} have no case in common."] if apart else []
    unlike = [(_name(each), reasons) for each in void if (reasons := [*each.unlike, *each.list_zeros()])]
    return [*lines, *(f"{who} have no case that is the same in both: {_list_names(why)}." for who, why in unlike)]


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


def _name_judged(comparison: Comparison, shown: SideBySide, found: Verdicts) -> list[tuple[str, LimitVerdict]]:
    """What each change that was judged is called, with the verdict."""
    middles = {metric.name: find_middles(comparison.select(metric)) for metric in comparison.metrics}
    where = f" in {comparison.second.path}" if len(shown.comparisons) > 1 else ""
    return [
        (_name_change(change, where, middles[change.metric.name] if verdict is LimitVerdict.REGRESSED else {}), verdict)
        for change in comparison.changes
        if (verdict := found.get((change.case, change.metric.name))) is not None
    ]


def _name_change(change: Change, where: str, middles: Mapping[Identity, float]) -> str:
    """Case and metric, and where it regressed beside the others, by how much."""
    middle = middles.get(change.case)
    beside = f", {render_ratio(change.ratio.median / middle, DIGITS)} beside the others" if middle else ""
    return f"{change.case.label} ({change.metric.name}{where}{beside})"


def _tell(verdict: LimitVerdict, names: Sequence[str]) -> list[str]:
    return [f"{verdict.value}: {_list_names(names)}"] if names else []


def _list_names(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}"
