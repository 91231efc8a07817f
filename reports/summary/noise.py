"""How far a run can be believed: one verdict from its A/A control, the widths of its intervals, others' use."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from reports.drawing.numbers import find_digits, render_ratio
from reports.record.case import CONTROL
from reports.stats.median import Estimate
from reports.summary.case import MOST_CONTAMINATED, CaseSummary
from reports.summary.fields import list_drained
from reports.summary.metric import METRICS, RATE, TIME, Metric
from reports.summary.reference import estimate_shared

FINEST = 5  # decimals of a factor: nothing is timed to less than a thousandth of a percent
QUIET_FACTOR = 1.1  # most advice on tf.data, and most limits of a gate, are about 5 to 10 %: such a change can be seen
WORTHLESS_FACTOR = 1.5  # beyond it only changes by several times can be seen, and those need no benchmark
QUIET_SHARE = 0.1  # of turns: an interval of 9 to 20 turns leaves at least so many of them outside, on either side
WORTHLESS_SHARE = (
    MOST_CONTAMINATED  # the medians are turns that others had a part in, and no control says if it matters
)


class NoiseKind(Enum):
    """How far a run can be believed, the best first."""

    QUIET = "quiet"
    STEADY = "steady within itself"  # as quiet as can be shown without a control: other runs may differ
    NOISY = "noisy"
    WORTHLESS = "worthless"


BEST_FIRST = tuple(NoiseKind)


@dataclass(frozen=True)
class Control:
    """One case that was measured under two names.

    Args:
        name: Name of the case that the control repeats.
        ratios: The one's values over the other's, turn against turn, by the name of each metric that comes from a
            clock and that both have: what no difference below means.
    """

    name: str
    ratios: Mapping[str, Estimate]

    @property
    def ratio(self) -> Estimate:
        """How many times as fast as the case that it repeats it seemed."""
        return self.ratios[RATE.name]

    def find_factor(self, metric: Metric = RATE) -> float | None:
        """By what factor equal cases may differ, at least 1: the end of the interval farther from 1; None untold."""
        ratio = self.ratios.get(metric.name)
        return None if ratio is None or not ratio.low or ratio.high is None else max(ratio.high, 1 / ratio.low)


@dataclass(frozen=True)
class Noise:
    """How far a run can be believed.

    Args:
        kind: Quiet, noisy or worthless: the worst that one of the three numbers below says; steady within itself in the
            place of quiet where there is no A/A control.
        reason: Sentence that says which number decides, and which of them the run does not have.
        control_factor: By what factor equal cases may differ; None without an A/A control, or where it took too few
            turns.
        typical_factor: By what factor the interval of a typical ratio, or where there are no ratios of a typical time,
            reaches from its median; None where no case has an interval.
        contaminated_share: Share of the turns in which others used more of the machine than the rule allows; None
            of other projects' files, which do not tell.
    """

    kind: NoiseKind
    reason: str
    control_factor: float | None = None
    typical_factor: float | None = None
    contaminated_share: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON's types."""
        return {
            "kind": self.kind.value,
            "reason": self.reason,
            "control_factor": self.control_factor,
            "typical_factor": self.typical_factor,
            "contaminated_share": self.contaminated_share,
        }


def find_control(cases: Sequence[CaseSummary]) -> Control | None:
    """The control beside the case that it repeats; None where the two did not take turns."""
    control = next((case for case in cases if case.name == CONTROL), None)
    if control is None:
        return None
    wanted = (control.ordering, control.arm, control.device)
    twins = (case for case in list_drained(cases) if (case.ordering, case.arm, case.device) == wanted)
    if (twin := next(twins, None)) is None:
        return None
    found = {name: estimate_shared(values, twin.values.get(name, {})) for name, values in control.values.items()}
    ratios = {metric.name: ratio for metric in METRICS if metric.tells_speed and (ratio := found.get(metric.name))}
    return Control(twin.name, ratios) if RATE.name in ratios else None


def judge_noise(cases: Sequence[CaseSummary], control: Control | None = None) -> Noise | None:
    """How far a run can be believed, by what is there of it; None where nothing was timed.

    Contaminated turns alone make no run worthless that has a control: its interval says what they did.

    Args:
        cases: Cases of the run.
        control: One case measured under two names; None where that was not done.
    """
    timed = [case for case in cases if case.find(TIME) is not None]
    if not timed:
        return None
    twice, typical = None if control is None else control.find_factor(), _find_typical(timed)
    share = _find_share(timed)
    found = [
        *([(NoiseKind.WORTHLESS, "too few turns for any interval")] if twice is None and typical is None else []),
        *([] if twice is None else [_judge_control(twice)]),
        *([] if typical is None else [_judge_widths(typical, timed)]),
        *([] if share is None else [_judge_company(share, timed, has_control=twice is not None)]),
    ]
    kind, reason = max(found, key=lambda each: BEST_FIRST.index(each[0]))
    if kind is NoiseKind.QUIET and twice is None:
        kind = NoiseKind.STEADY
    missing = [*(["an A/A control"] if twice is None else []), *(["what others used"] if share is None else [])]
    told = f"{reason}; judged without {' and '.join(missing)}" if missing else reason
    return Noise(kind, told, twice, typical, share)


def _find_share(timed: Sequence[CaseSummary]) -> float | None:
    """The share of contaminated turns; None of other projects' files, which count none."""
    num_turns = sum(case.num_turns for case in timed)
    return sum(case.num_contaminated for case in timed) / num_turns if num_turns else None


def _judge_control(factor: float) -> tuple[NoiseKind, str]:
    kind = _grade(factor, QUIET_FACTOR, WORTHLESS_FACTOR)
    told = f"equal cases differed by up to {tell_excess(factor, (QUIET_FACTOR, WORTHLESS_FACTOR))}"
    return kind, told if kind is NoiseKind.QUIET else f"{told}, so believe no smaller difference"


def _judge_widths(factor: float, timed: Sequence[CaseSummary]) -> tuple[NoiseKind, str]:
    of_what = "ratio" if any(map(_has_ratio, timed)) else "time"
    told = f"a typical {of_what} is known to within {tell_excess(factor, (QUIET_FACTOR, WORTHLESS_FACTOR))}"
    return _grade(factor, QUIET_FACTOR, WORTHLESS_FACTOR), told


def _judge_company(share: float, timed: Sequence[CaseSummary], *, has_control: bool) -> tuple[NoiseKind, str]:
    disturbed, num_turns = sum(case.num_contaminated for case in timed), sum(case.num_turns for case in timed)
    told = f"others used more than a tenth of the machine in {disturbed} of {num_turns} turns"
    return _grade(share, QUIET_SHARE, math.inf if has_control else WORTHLESS_SHARE), told


def _grade(value: float, most_quiet: float, most_noisy: float) -> NoiseKind:
    if value <= most_quiet:
        return NoiseKind.QUIET
    return NoiseKind.NOISY if value <= most_noisy else NoiseKind.WORTHLESS


def _has_ratio(case: CaseSummary) -> bool:
    """True for one whose ratio to another case has an interval."""
    return case.ratio is not None and case.ratio.has_interval and not case.is_reference


def _find_typical(timed: Sequence[CaseSummary]) -> float | None:
    """By what factor the interval of a case reaches from its median: half of the cases reach no farther."""
    ratios = [case.ratio for case in timed if _has_ratio(case)]
    reached = [each.resolution for each in ratios or [case.find(TIME) for case in timed] if each is not None]
    known = [1 + each for each in reached if each is not None]
    return statistics.median(known) if known else None


def tell_excess(factor: float, bounds: Sequence[float] = ()) -> str:
    """By how much a factor is above 1, in percent, with as many digits as set it apart from bounds."""
    percent, limits = 100 * round(factor - 1, FINEST), [100 * (bound - 1) for bound in bounds]
    return f"{render_ratio(percent, find_digits((percent,), limits, 2))} %"
