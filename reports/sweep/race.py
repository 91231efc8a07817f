"""Who can still win a race of candidates against the pipeline as it is, and who has won it. Pure numbers."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reports.drawing.numbers import render_estimate, render_ratio
from reports.record.record import CaseRecord
from reports.stats.median import Estimate, estimate_ratio
from reports.stats.signflip import as_ratio, estimate_shift
from reports.summary.metric import RATE

CONFIDENCE = 0.975  # of each end, so that no gain is claimed in 39 of 40 sweeps of candidates that gain nothing
FEWEST_PAIRS = 6  # of fresh processes that have an interval with that confidence
ENOUGH_PAIRS = 12  # more would narrow the interval by less than a third in twice the time
LEVEL_SHARE = 0.97  # of the leader's speed: what fewer changes give as well is not worth more of them
ITSELF = Estimate(1.0, 1.0, 1.0, 0)  # the ratio of the pipeline as it is


@dataclass(frozen=True)
class Loser:
    """A candidate that cannot win any more, and why, in words."""

    name: str
    why: str


def estimate_ratios(cases: Sequence[CaseRecord]) -> dict[str, Estimate]:
    """How many times as fast as the first each of the others is, turn against turn of a round, by name.

    Args:
        cases: Records of cases that take turns together; the first is the pipeline as it is.
    """
    original, *others = (RATE.read(case) for case in cases)
    pairs = zip(cases[1:], others, strict=True)
    return {case.name: estimate_ratio(rates, original) for case, rates in pairs if rates.keys() & original.keys()}


def find_losers(ratios: Mapping[str, Estimate], original: str) -> list[Loser]:
    """The candidates whose interval lies wholly below the leader's, which may be the pipeline as it is.

    Below another candidate's by so much that fewer changes would not make up for it.

    Args:
        ratios: How many times as fast as the pipeline as it is each candidate is that still takes turns.
        original: Name of the pipeline as it is.
    """
    field = {original: ITSELF, **ratios}
    leader = max(field, key=lambda name: field[name].median)
    low = field[leader].low
    least = low if low is None or leader == original else LEVEL_SHARE * low
    return [
        Loser(name, f"{_tell(ratio)} times as fast as {original}, {leader} {_tell(field[leader])}")
        if leader != original
        else Loser(name, f"{_tell(ratio)} times as fast as {original}")
        for name, ratio in ratios.items()
        if least is not None and ratio.high is not None and ratio.high < least
    ]


def _tell(ratio: Estimate) -> str:
    return render_estimate(ratio, render_ratio, (1.0,))


def find_slowest(ratios: Mapping[str, Estimate]) -> Loser:
    """The candidate that leaves when there is no time for all: the one that is slowest so far."""
    name = min(ratios, key=lambda each: ratios[each].median)
    return Loser(name, f"no time for all, and it is {render_ratio(ratios[name].median, 2)} times as fast so far")


def choose_winner(ratios: Mapping[str, Estimate], num_changes: Callable[[str], int]) -> str | None:
    """The candidate that is worth fresh pairs; None where none is faster than the pipeline as it is.

    Of those as fast as the leader, or nearly, the one with the fewest changes.

    Args:
        ratios: How many times as fast as the pipeline as it is each candidate is that has not lost.
        num_changes: How many changes a candidate makes.
    """
    faster = {name: ratio.median for name, ratio in ratios.items() if ratio.median > 1}
    if not faster:
        return None
    level = [name for name, median in faster.items() if median >= LEVEL_SHARE * max(faster.values())]
    return min(level, key=lambda name: (num_changes(name), -faster[name]))


def estimate_gain(differences: Sequence[float]) -> Estimate | None:
    """How many times as fast the winner is on fresh pairs, each a logarithm, with its interval; None without pairs.

    Each pair gives one number, since turns of one process are more alike than processes are. Neither process of a pair
    is favoured, so that without a gain the sign of a difference is a fair coin, which the interval relies on.
    """
    return as_ratio(estimate_shift(differences, CONFIDENCE)) if differences else None


def has_gained(gain: Estimate | None) -> bool:
    """True if the winner is surely faster than the pipeline as it is."""
    return gain is not None and gain.low is not None and gain.low > 1


def measure_difference(winner: CaseRecord, original: CaseRecord) -> float | None:
    """The median, over the rounds of a pair, of the logarithm of the winner's rate over the original's.

    None where no round is in both.
    """
    rates, others = RATE.read(winner), RATE.read(original)
    logarithms = [math.log(rates[number] / others[number]) for number in rates.keys() & others.keys()]
    return statistics.median(logarithms) if logarithms else None
