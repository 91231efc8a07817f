"""How noisy a pair of equal processes is in each design of a pair, and what that costs.

A gate needs pairs in proportion to the square of their spread, so of two designs the better one has the smaller
product of that square and the seconds that a pair takes.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from mnist_core.terminal.schemas import render_json
from reports.stats.spread import Spread, estimate_spread
from reports.summary.metric import CPU_TIME, TIME
from reports.trials.lines import LineFormat

FORMAT = 1  # of a line
METRICS = (TIME.name, CPU_TIME.name)  # those that a pair of a design has
LEAST_PAIRS = 3  # below it a spread is a guess


@dataclass(frozen=True)
class Design:
    """How a pair is measured.

    Args:
        arm: The arm of TensorFlow's rewrites, "raw" or "default".
        num_examples: Examples of a turn's epoch.
        num_turns: Turns of each side, after the warm-up.
        is_pinned: True if both processes stay on one and the same core.
    """

    arm: str
    num_examples: int
    num_turns: int
    is_pinned: bool


@dataclass(frozen=True)
class DesignPair:
    """Two fresh processes of the same code that took turns; a line of a file.

    Args:
        design: How they were measured.
        case: Name of the case, without arm and device.
        time: Difference of their wall times, ln of the ratio, read as the gate reads a pair.
        cpu: Difference of their CPU times; None where the platform gives none.
        spent_s: Seconds that the pair took, the start of both processes included.
    """

    design: Design
    case: str
    time: float
    cpu: float | None
    spent_s: float


PAIRS = LineFormat("mnist_bench_design", FORMAT, DesignPair, "pair of a design", "mnist-bench trials designs")


@dataclass(frozen=True)
class Price:
    """What a design costs.

    Args:
        design: How a pair is measured.
        metric: The metric that is compared.
        spread: Spread of the difference that a pair of equal processes shows, over all cases.
        pair_s: Mean seconds that a pair takes.
    """

    design: Design
    metric: str
    spread: Spread
    pair_s: float

    @property
    def cost(self) -> float:
        """The spread in percent, squared, times seconds: the time to reach a given precision is in proportion to it."""
        return (100 * self.spread.deviation) ** 2 * self.pair_s


def price_designs(pairs: Iterable[DesignPair]) -> tuple[Price, ...]:
    """The price of each design for each metric, the cheapest for a metric first; those with few pairs are left out."""
    by_design: dict[Design, list[DesignPair]] = {}
    for pair in pairs:
        by_design.setdefault(pair.design, []).append(pair)
    found = (_price(design, metric, group) for metric in METRICS for design, group in by_design.items())
    prices = (price for price in found if price is not None)
    return tuple(sorted(prices, key=lambda price: (METRICS.index(price.metric), price.cost)))


def _price(design: Design, metric: str, pairs: Sequence[DesignPair]) -> Price | None:
    told = [getattr(pair, metric) for pair in pairs]
    differences = [difference for difference in told if difference is not None]
    if len(differences) < LEAST_PAIRS:
        return None
    return Price(design, metric, estimate_spread(differences), statistics.fmean(pair.spent_s for pair in pairs))


def render_prices_json(prices: Sequence[Price]) -> str:
    """All prices, for scripts."""
    listed = [{**msgspec.to_builtins(price), "cost": price.cost} for price in prices]
    return render_json("designs", {"prices": listed})
