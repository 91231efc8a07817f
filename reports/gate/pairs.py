"""What one pair of processes says: the logarithm of head over base, from turns that were neighbours in time."""

from __future__ import annotations

import math
from collections.abc import Sequence

from reports.gate.plan import GATED, GatedMetric
from reports.gate.record import GateRecord, Pair, PairKind, Series, Stage
from reports.record.sample import Sample
from reports.stats.trimmed import trim_mean

# Share of a pair's turns, at each end. The mean of the middle half is not moved by one bad turn, and is less noisy than
# the median (docs/gate.md, the design of a pair).
TRIMMED = 0.25
LEAST_KEPT = 0.5  # share of a pair's turns; below it the machine was busy all along and no turn is better than another


def read_differences(
    record: GateRecord,
    case: str,
    metric: GatedMetric,
    *,
    kind: PairKind = "gate",
    stage: Stage,
    below: int | None = None,
) -> list[float]:
    """The differences of a case's pairs that have one, in the order of their numbers.

    Args:
        record: The run.
        case: Id of the case.
        metric: What is compared.
        kind: Kind of the pairs, "gate" or "control".
        stage: Stage of the pairs, "screen" or "confirm".
        below: Only pairs with a smaller number; None takes all.
    """
    pairs = record.find_pairs(Series(case, kind, stage))
    chosen = (pair for pair in sorted(pairs, key=lambda pair: pair.number) if below is None or pair.number < below)
    differences = (read_difference(pair, metric) for pair in chosen)
    return [difference for difference in differences if difference is not None]


def read_difference(pair: Pair, metric: GatedMetric) -> float | None:
    """ln(head / base): of the bytes, or the trimmed mean over the turns; None where the pair does not tell it."""
    if metric == "memory":
        return _compare_bytes(pair)
    read = GATED[metric].read_turn
    values = [(read(base), read(head)) for base, head in keep_calm(pair)]
    ratios = [math.log(head / base) for base, head in values if base and head]
    return trim_mean(ratios, TRIMMED) if ratios else None


def _compare_bytes(pair: Pair) -> float | None:
    base, head = pair.base.live_bytes, pair.head.live_bytes
    return None if base is None or head is None else math.log(max(1, head) / max(1, base))


def keep_calm(pair: Pair) -> Sequence[tuple[Sample, Sample]]:
    """Neighbouring turns, without those of which either was contaminated; all of them if too few would be left.

    The rule does not know which side was disturbed, nor how long it took, so it cannot favour one.
    """
    turns = list(zip(pair.base.turns, pair.head.turns, strict=True))
    calm = [(base, head) for base, head in turns if not base.contaminated and not head.contaminated]
    return calm if len(calm) >= LEAST_KEPT * len(turns) else turns
