"""How to measure a pair: what each way makes of the noise between two equal processes, and what that costs.

A gate needs pairs in proportion to the square of their spread, so of two designs the better one has the smaller
product of that square and the seconds that a pair takes. Pairs of many turns also tell how fewer would have done.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from reports.gate.pairs import LEAST_KEPT, average
from reports.record.errors import RecordError
from reports.stats.spread import Spread, estimate_spread

KEY = "mnist_bench_design_pair"
FORMAT = 1
Metric = Literal["time", "cpu"]
Center = Literal["median", "trimmed mean"]
METRICS: tuple[Metric, ...] = ("time", "cpu")
TURNS = (4, 8, 16)
LEAST_PAIRS = 3  # below it a spread is a guess
CENTERS: dict[Center, Callable[[Sequence[float]], float]] = {
    "median": statistics.median,
    "trimmed mean": average,
}


@dataclass(frozen=True)
class Neighbours:
    """One turn of each side.

    Args:
        time: ln of the ratio of the wall times.
        cpu: likewise of the CPU times; None where the platform gives none.
        contaminated: either of them was.
        elapsed_s: from the beginning of the pair to the end of these turns.
    """

    time: float
    cpu: float | None
    contaminated: bool
    elapsed_s: float


@dataclass(frozen=True)
class DesignPair:
    """Two fresh processes of the same code that took turns; a line of a file.

    Args:
        case: its name, without the arm.
        arm: of TensorFlow's rewrites.
        num_examples: of an epoch.
        is_pinned: both were on one core.
        turns: in the order of measuring.
    """

    case: str
    arm: str
    num_examples: int
    is_pinned: bool
    turns: tuple[Neighbours, ...]


@dataclass(frozen=True)
class Way:
    """A way to measure a pair and to read it.

    Args:
        arm: of TensorFlow's rewrites.
        num_examples: of an epoch.
        is_pinned: both were on one core.
        num_turns: of each side.
        center: of the turns' ratios.
        drops_contaminated: by the rule that does not know the side.
    """

    arm: str
    num_examples: int
    is_pinned: bool
    num_turns: int
    center: Center
    drops_contaminated: bool


@dataclass(frozen=True)
class Price:
    """What a way costs.

    Args:
        way: to measure a pair.
        metric: that is compared.
        spread: of the difference that a pair of equal processes shows, over all cases.
        pair_s: the mean time that a pair takes.
    """

    way: Way
    metric: Metric
    spread: Spread
    pair_s: float

    @property
    def cost(self) -> float:
        """The spread in percent, squared, times seconds: the time to reach a given precision is in proportion to it."""
        return (100 * self.spread.deviation) ** 2 * self.pair_s


def price_ways(pairs: Iterable[DesignPair]) -> tuple[Price, ...]:
    """The price of each way for each metric, the cheapest for a metric first; ways with too few pairs are left out."""
    measured: dict[tuple[str, int, bool], list[DesignPair]] = {}
    for pair in pairs:
        measured.setdefault((pair.arm, pair.num_examples, pair.is_pinned), []).append(pair)
    prices = [
        price
        for (arm, num_examples, is_pinned), group in measured.items()
        for num_turns, center, drops in itertools.product(TURNS, CENTERS, (True, False))
        for metric in METRICS
        if (price := _price(Way(arm, num_examples, is_pinned, num_turns, center, drops), metric, group)) is not None
    ]
    return tuple(sorted(prices, key=lambda price: (METRICS.index(price.metric), price.cost)))


def _price(way: Way, metric: Metric, pairs: Sequence[DesignPair]) -> Price | None:
    long_enough = [pair for pair in pairs if len(pair.turns) >= way.num_turns]
    differences = [each for pair in long_enough if (each := read_pair(pair, way, metric)) is not None]
    if len(differences) < LEAST_PAIRS:
        return None
    pair_s = statistics.fmean(pair.turns[way.num_turns - 1].elapsed_s for pair in long_enough)
    return Price(way, metric, estimate_spread(differences), pair_s)


def read_pair(pair: DesignPair, way: Way, metric: Metric) -> float | None:
    """The difference that a pair shows in this way; None where the platform does not tell the metric."""
    turns = pair.turns[: way.num_turns]
    calm = [turn for turn in turns if not turn.contaminated]
    kept = calm if way.drops_contaminated and len(calm) >= LEAST_KEPT * len(turns) else turns
    ratios = [ratio for turn in kept if (ratio := turn.time if metric == "time" else turn.cpu) is not None]
    return CENTERS[way.center](ratios) if ratios else None


def append_pair(pair: DesignPair, file: Path) -> None:
    """Add a line.

    Raises:
        OSError: the file cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as stream:
        stream.write(json.dumps({KEY: FORMAT, **dataclasses.asdict(pair)}, allow_nan=False).encode() + b"\n")


def load_pairs(file: Path) -> tuple[DesignPair, ...]:
    """The pairs in a file; none if there is no file.

    Raises:
        RecordError: it cannot be read, or a line of it is damaged.
    """
    try:
        lines = file.read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise RecordError(f"{file} cannot be read: {error.strerror}.") from None
    return tuple(_parse(file, number, line) for number, line in enumerate(lines, start=1))


def _parse(file: Path, number: int, line: bytes) -> DesignPair:
    try:
        fields: dict[str, Any] = json.loads(line)
        if fields.pop(KEY) != FORMAT:
            raise RecordError(f"{file}, line {number} has another format than {FORMAT}: use a newer version.")
        turns = tuple(Neighbours(**each) for each in fields.pop("turns"))
        return DesignPair(**fields, turns=turns)
    except RecordError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise RecordError(f"{file}, line {number} is damaged, or no pair of a design: give another --out.") from None
