"""How often the gate and its peers were right, counted over trials."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from reports.stats.median import CONFIDENCE, Estimate, estimate_median
from reports.summary.outcome import Outcome
from reports.trials.peers import PeerVerdict
from reports.trials.trial import BROKEN, KINDS, Trial, TrialKind

OURS = "mnist-bench gate"
UNDECIDED = (Outcome.INCONCLUSIVE,)
Cases = tuple[str, ...]  # by id
TallyKind = TrialKind | Literal["A/A"]


@dataclass(frozen=True)
class Tally:
    """How one rule did in the trials of one class.

    Args:
        kind: Kind of the trials; "A/A" is both kinds of A/A together.
        slowdown: Work that was added in these trials, as a share; 0 for A/A.
        rule: Name of the rule whose verdicts are counted.
        num_trials: Trials that were not broken.
        num_flagged: Trials in which it raised an alarm (A/A), or flagged the very case that was slowed down (A/B).
        low: Lower end of the share flagged, Clopper and Pearson's exact 95 % interval.
        high: Upper end of that interval.
        num_inconclusive: Trials in which it did not decide; they count among all, but neither as alarm nor as found.
        num_elsewhere: Trials of A/B in which it flagged another case.
        num_broken: Trials that are left out: a side failed, or nothing was compared.
        seen: Ratio of head's CPU time to base's in the slowed cases of A/B; None where it is not known.
        num_stored: Trials in which the rule was also held to the base of the trial before.
        num_stored_flagged: Trials of these in which it then raised an alarm (A/A), or flagged the slowed case (A/B).
    """

    kind: TallyKind
    slowdown: float
    rule: str
    num_trials: int
    num_flagged: int
    low: float
    high: float
    num_inconclusive: int
    num_elsewhere: int
    num_broken: int
    seen: Estimate | None = None
    num_stored: int = 0
    num_stored_flagged: int = 0


@dataclass(frozen=True)
class CaseTally:
    """How the gate did in the trials in which the same work was added to the same case.

    Args:
        case: Id of the case.
        slowdown: Work that was meant to be added, as a share.
        seen: Ratio of head's CPU time to base's, over these trials; None where it is not known.
        num_trials: Trials that were not broken.
        num_found: Trials in which the gate called this case REGRESSED.
    """

    case: str
    slowdown: float
    seen: Estimate | None
    num_trials: int
    num_found: int


def tally_cases(trials: Iterable[Trial]) -> tuple[CaseTally, ...]:
    """The gate's finds by case and slowdown."""
    groups: dict[tuple[str, float], list[Trial]] = {}
    for trial in trials:
        if trial.case and trial.outcome not in BROKEN:
            groups.setdefault((trial.case, trial.slowdown), []).append(trial)
    return tuple(
        CaseTally(case, slowdown, _estimate_seen(group), len(group), sum(case in trial.regressed for trial in group))
        for (case, slowdown), group in sorted(groups.items())
    )


def _estimate_seen(trials: Iterable[Trial]) -> Estimate | None:
    seen = [trial.seen for trial in trials if trial.seen is not None]
    return estimate_median(seen) if seen else None


def tally_trials(trials: Iterable[Trial]) -> tuple[Tally, ...]:
    """How each rule did in all A/A trials together, in each kind of them, and in the slowdowns by size."""
    by_class: dict[tuple[int, float], list[Trial]] = {}
    for trial in trials:
        by_class.setdefault((KINDS.index(trial.kind), trial.slowdown), []).append(trial)
    classes = [group for _, group in sorted(by_class.items())]
    unchanged = [group for group in classes if group[0].kind != "A/B"]
    pooled = _tally_class("A/A", [trial for group in unchanged for trial in group]) if len(unchanged) > 1 else []
    return (*pooled, *(tally for group in classes for tally in _tally_class(group[0].kind, group)))


def _tally_class(kind: TallyKind, trials: Sequence[Trial]) -> list[Tally]:
    sound = [trial for trial in trials if trial.outcome not in BROKEN]
    rules = dict.fromkeys([OURS, *(peer.rule for trial in sound for peer in trial.peers)])
    return [_tally(rule, kind, trials[0].slowdown, sound, len(trials) - len(sound)) for rule in rules]


def _tally(rule: str, kind: TallyKind, slowdown: float, trials: Sequence[Trial], num_broken: int) -> Tally:
    flagged = [trial.regressed if rule == OURS else _find_flagged(trial.peers, rule) for trial in trials]
    num_flagged = _count_flagged(trials, flagged)
    low, high = bound_share(num_flagged, len(trials))
    stored = [trial for trial in trials if trial.stored is not None] if rule != OURS else []
    return Tally(
        kind=kind,
        slowdown=slowdown,
        rule=rule,
        num_trials=len(trials),
        num_flagged=num_flagged,
        low=low,
        high=high,
        num_inconclusive=sum(trial.outcome in UNDECIDED for trial in trials) if rule == OURS else 0,
        num_elsewhere=_count_elsewhere(trials, flagged) if kind == "A/B" else 0,
        num_broken=num_broken,
        seen=_estimate_seen(trials),
        num_stored=len(stored),
        num_stored_flagged=_count_flagged(stored, [_find_flagged(trial.stored or (), rule) for trial in stored]),
    )


def _count_flagged(trials: Sequence[Trial], flagged: Sequence[Cases]) -> int:
    """In how many trials any case was flagged (A/A), or the slowed one (A/B)."""
    together = zip(trials, flagged, strict=True)
    return sum(trial.case in cases if trial.case else bool(cases) for trial, cases in together)


def _count_elsewhere(trials: Sequence[Trial], flagged: Sequence[Cases]) -> int:
    return sum(bool(set(cases) - {trial.case}) for trial, cases in zip(trials, flagged, strict=True))


def _find_flagged(verdicts: Iterable[PeerVerdict], rule: str) -> Cases:
    return next((verdict.flagged for verdict in verdicts if verdict.rule == rule), ())


def bound_share(count: int, total: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact interval of a share of which `count` of `total` were seen; 0 to 1 if there are none.

    Source: Clopper and Pearson, Biometrika 26 (1934), as SciPy has it.
    """
    from scipy import stats  # noqa: PLC0415  # takes longer to import than all else that a table needs

    if total == 0:
        return 0.0, 1.0
    interval = stats.binomtest(count, total).proportion_ci(confidence, method="exact")
    return float(interval.low), float(interval.high)
