"""Two runs side by side: the ratios of what both measured, and what only one has. Refuses what cannot be compared."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from enum import Enum

from mnist_core.language.errors import InputError
from reports.compare.differences import Difference, find_differences
from reports.compare.moved import follow_moves
from reports.record.machine import FINGERPRINT_DIGITS
from reports.stats.median import Estimate
from reports.stats.rough import estimate_rough_ratio, find_rough_p_value
from reports.stats.unpaired import estimate_between_runs, estimate_unpaired_ratio, find_exceeding_p_value
from reports.summary.case import CaseSummary
from reports.summary.identity import Identity
from reports.summary.metric import (
    ACCURACY,
    BUSY_SHARE,
    DISPLACEMENT,
    FIRST_BATCH,
    LABEL_RUNS,
    LIVE_BYTES,
    RELATIVE,
    ROUND_TIME,
    SOURCE_BYTES,
    TIME,
    Metric,
)
from reports.summary.reference import estimate_reading_ratio
from reports.summary.summary import Summary

COMPARED = (
    *(TIME, RELATIVE, FIRST_BATCH, BUSY_SHARE, LIVE_BYTES, SOURCE_BYTES),
    *(ACCURACY, DISPLACEMENT, LABEL_RUNS),
)  # in the order of tables
FAR = 1.5  # by so much beyond its interval, the ratio of the means is about rounds that medians do not see
TIMER = "timer"


class CompareError(InputError):
    """These runs cannot be compared; the message is one line."""


class Trend(Enum):
    """On which side of 1 the whole interval of a ratio lies, in words that hold for times and for shares."""

    WORSE = "worse"
    UNKNOWN = "too few"
    LEVEL = "level"
    BETTER = "better"


@dataclass(frozen=True)
class Change:
    """One metric of one case in two runs.

    Args:
        case: Case that both runs have.
        metric: Metric that both runs have of it.
        first: Median in the first run.
        second: Median in the second run.
        ratio: Second value over the first. Their rounds are not paired: they were at different times.
        is_disturbed: True if the metric is timed and others used the machine in most turns of either run.
        is_rough: True if a file has only statistics of its rounds, so that the interval is rough.
        mean_ratio: Second mean over the first, of other projects' rounds; None where it is not known.
        rounds: Values of the metric in the first run and in the second.
    """

    case: Identity
    metric: Metric
    first: Estimate
    second: Estimate
    ratio: Estimate
    is_disturbed: bool = False
    is_rough: bool = False
    mean_ratio: float | None = None
    rounds: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())

    @property
    def means_differ(self) -> bool:
        """True if the means tell something else: few rounds that are far slower on one side."""
        if self.mean_ratio is None or self.ratio.low is None or self.ratio.high is None:
            return False
        return not self.ratio.low / FAR <= self.mean_ratio <= self.ratio.high * FAR

    @property
    def trend(self) -> Trend:
        """Worse or better only if the whole interval is."""
        if self.ratio.low is None or self.ratio.high is None:
            return Trend.UNKNOWN
        if self.ratio.low <= 1 <= self.ratio.high:
            return Trend.LEVEL
        return Trend.BETTER if (self.ratio.low > 1) is self.metric.more_is_better else Trend.WORSE

    def find_p_value(self, limit: float) -> float:
        """How probable such rounds are where the ratio is just the limit and less is better."""
        if self.is_rough:
            return find_rough_p_value(self.ratio, limit)
        before, after = self.rounds
        return find_exceeding_p_value(after, before, limit)

    @property
    def badness(self) -> float:
        """How much worse the second is, as a factor; below 1 is better."""
        return 1 / self.ratio.median if self.metric.more_is_better else self.ratio.median


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side.

    Args:
        first: Run that the other is compared with.
        second: Run that is compared.
        changes: Changes metric by metric, the worst first.
        differences: What is not the same about the machines, versions, surroundings and programs.
        only_first: Cases that the second run lacks.
        only_second: Cases that the first run lacks.
        unlike: Cases that both have under one name and that are not compared, each with what is not the same.
        zeros: Cases that are not compared by a metric, since it is 0 and there is no ratio to 0, each with the metric.
        moved: Cases that are compared though their folders differ, each with both names.
    """

    first: Summary
    second: Summary
    changes: tuple[Change, ...]
    differences: tuple[Difference, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    unlike: tuple[str, ...]
    zeros: tuple[tuple[str, str], ...]
    moved: tuple[str, ...] = ()

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Those that were compared, in the order of tables."""
        return tuple(dict.fromkeys(change.metric for change in self.changes))

    def select(self, metric: Metric) -> list[Change]:
        """The changes of one metric."""
        return [change for change in self.changes if change.metric.name == metric.name]

    def list_zeros(self) -> tuple[str, ...]:
        """The cases that are 0 by a metric, in words."""
        return tuple(f"{label} ({metric} is 0)" for label, metric in self.zeros)

    @property
    def machine_doubt(self) -> str:
        """Why ratios of times may be about the machines, to follow the names of the runs; empty where they are not."""
        if any(difference.is_of_machine for difference in self.differences):
            return "ran on different machines"
        known = [dict(run.machine).keys() for run in (*self.first.members, *self.second.members)]
        return "" if set.intersection(*map(set, known)) else "are not known to have run on one machine"


def compare_runs(first: Summary, second: Summary) -> Comparison:
    """The second run beside the first. A case is compared with none but itself: same device, ordering and size.

    Raises:
        CompareError: They measured different data, or are one and the same run.

    Example:
        >>> comparison = compare_runs(load_summary(Path("runs/before")), load_summary(Path("runs/after")))
        >>> worst = max(comparison.changes, key=lambda change: change.badness)
    """
    ours, *others = (*first.members, *second.members)
    for other in others:
        _check_data(ours, other)
    for ours, theirs in itertools.product(first.members, second.members):
        if replace(ours, path=theirs.path) == theirs:
            raise CompareError(f"{theirs.path} is the same run as {ours.path}: there is nothing to compare.")
    second, moved = follow_moves(first, second)
    pairs = _pair(first, second)
    changes = [_compare(*pair) for pair in pairs if _has_ratio(*pair)]
    order = {metric: number for number, (metric, _, _) in enumerate(pairs)}
    changes.sort(key=lambda change: (order[change.metric], -change.badness))
    zeros = tuple(
        (case.identity.label, metric.name) for metric, case, other in pairs if not _has_ratio(metric, case, other)
    )
    differences = find_differences(first, second)
    return Comparison(first, second, tuple(changes), differences, *_find_lonely(first, second), zeros, moved)


def _pair(first: Summary, second: Summary) -> list[tuple[Metric, CaseSummary, CaseSummary]]:
    """What both runs measured, in the order of the metrics."""
    theirs = {(case.identity, metric): case for case in second.cases for metric in case.values}
    return [
        (metric, case, theirs[case.identity, metric.name])
        for metric in (COMPARED if first.data_fingerprint else (ROUND_TIME,))
        if metric is not RELATIVE or first.reference == second.reference
        for case in first.cases
        if metric.name in case.values and (case.identity, metric.name) in theirs
        if not _has_other_timer(case, theirs[case.identity, metric.name])
    ]


def _has_other_timer(case: CaseSummary, other: CaseSummary) -> bool:
    return len({value for name, value in (*case.options, *other.options) if name == TIMER}) > 1


def _check_data(first: Summary, second: Summary) -> None:
    if first.data_fingerprint == second.data_fingerprint or None in (first.data_fingerprint, second.data_fingerprint):
        return
    raise CompareError(f"different data cannot be compared: {_show_data(first)}, {_show_data(second)}.")


def _show_data(run: Summary) -> str:
    return f"{run.path} measured {run.data_name} (sha256 {str(run.data_fingerprint)[:FINGERPRINT_DIGITS]})"


def _has_ratio(metric: Metric, case: CaseSummary, other: CaseSummary) -> bool:
    """False where a value is 0, such as how far an ordering without shuffle moved the examples; of times, where all."""
    sides = [each.values[metric.name].values() for each in (case, other)]
    return all(any(side) for side in sides) if metric.is_timed else all(value > 0 for side in sides for value in side)


def _compare(metric: Metric, case: CaseSummary, other: CaseSummary) -> Change:
    before, after = ([float(value) for value in each.values[metric.name].values()] for each in (case, other))
    is_rough = case.is_rough or other.is_rough
    if metric.spread is not None:
        ratio = estimate_reading_ratio(metric, after[0], before[0])
    elif case.num_runs or other.num_runs:
        ratio = estimate_between_runs(after, before)
    elif is_rough:
        ratio = estimate_rough_ratio(other.get(metric), case.get(metric))
    else:
        ratio = estimate_unpaired_ratio(after, before)
    is_disturbed = metric.is_timed and (case.is_disturbed or other.is_disturbed)
    mean_ratio = other.mean_s / case.mean_s if case.mean_s and other.mean_s else None
    rounds = (tuple(before), tuple(after))
    estimates = (case.get(metric), other.get(metric), ratio)
    return Change(case.identity, metric, *estimates, is_disturbed, is_rough, mean_ratio, rounds)


def _find_lonely(first: Summary, second: Summary) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Labels of the cases that only the first has, that only the second has, and that differ under one label."""
    ours, theirs = ({case.identity for case in run.cases} for run in (first, second))
    only_ours = [case.identity for case in first.cases if case.identity not in theirs]
    only_theirs = [case.identity for case in second.cases if case.identity not in ours]
    twins = {our: their for our in only_ours for their in only_theirs if _key(our) == _key(their)}
    unlike = [f"{_show(our)} ({', '.join(_find_unlike(our, their))})" for our, their in twins.items()]
    unlike += _list_other_timers(first, second)
    left = [_show(each) for each in only_ours if each not in twins]
    right = [_show(each) for each in only_theirs if each not in twins.values()]
    return tuple(left), tuple(right), tuple(unlike)


def _list_other_timers(first: Summary, second: Summary) -> list[str]:
    theirs = {case.identity: case for case in second.cases}
    pairs = [(case, theirs[case.identity]) for case in first.cases if case.identity in theirs]
    return [f"{_show(case.identity)} ({TIMER})" for case, other in pairs if _has_other_timer(case, other)]


def _key(identity: Identity) -> tuple[str, str | None, str | None]:
    details = dict(identity.details)
    return identity.label, details.get("consumer"), details.get("group")


def _find_unlike(our: Identity, their: Identity) -> list[str]:
    """The names of the details that are not the same."""
    ours, theirs = dict(our.details), dict(their.details)
    return [name for name in dict.fromkeys([*ours, *theirs]) if ours.get(name) != theirs.get(name)]


def _show(identity: Identity) -> str:
    return f"{identity.label} (bytes)" if dict(identity.details).get("consumer") == "memory" else identity.label
