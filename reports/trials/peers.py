"""What other tools' rules say of the same turns: pytest-benchmark's percentages and asv's test.

They are given every turn of base and head that the gate took, interleaved as they were. Run as they come, these tools
take all turns of one side long before the other's; so they can also be given base's turns of another, earlier run.
"""

from __future__ import annotations

import functools
import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reports.gate.record import STAGES, GateRecord, Series, SideName
from reports.stats.unpaired import find_rank_sum_null
from reports.summary.metric import TIME

Values = Sequence[float]

PERCENTS = (5, 10, 20)  # whole ones: pytest-benchmark takes no others
FACTORS = (1.1, 1.05)  # asv's default, and the smallest that people set
ASV_P_VALUE = 0.002
ASV_EXACT = 20  # turns of a side; above, asv takes the normal distribution


@dataclass(frozen=True)
class PeerRule:
    """A tool's rule: whether it calls the second of two lists of times slower than the first."""

    name: str
    flags: Callable[[Values, Values], bool]


@dataclass(frozen=True)
class PeerVerdict:
    """The cases that a rule flags."""

    rule: str
    flagged: tuple[str, ...]


def decide_by_peers(record: GateRecord, stored: GateRecord | None = None) -> tuple[PeerVerdict, ...]:
    """What each rule says of the wall time of each case, in the order of `RULES`.

    Args:
        record: The run whose head is judged.
        stored: The run whose base it is held against; None is the record's own.
    """
    bases = record if stored is None else stored
    times = {
        case: (_read_times(bases, case, "base"), _read_times(record, case, "head")) for case in record.cases.compared
    }
    return tuple(
        PeerVerdict(
            rule.name, tuple(case for case, (base, head) in times.items() if base and head and rule.flags(base, head))
        )
        for rule in RULES
    )


def _read_times(record: GateRecord, case: str, name: SideName) -> list[float]:
    pairs = (pair for stage in STAGES for pair in record.find_pairs(Series(case, "gate", stage)))
    sides = (pair.base if name == "base" else pair.head for pair in pairs)
    return [TIME.read_turn(turn) or 0.0 for side in sides for turn in side.turns]


def exceeds_percentage(percent: int, reduce: Callable[[Values], float], base: Values, head: Values) -> bool:
    """True if a statistic grew by more than so many percent.

    Source: pytest-benchmark 5.3.1, ``PercentageRegressionCheck`` in ``utils.py``; the option takes whole percents only.
    """
    return reduce(head) / reduce(base) * 100 - 100 > percent


def is_worse_by_asv(factor: float, base: Values, head: Values) -> bool:
    """True if the median grew by more than the factor, and the times differ by a Mann-Whitney test.

    With fewer than 6 turns a side asv asks for 99 % intervals that do not overlap instead; here nothing is flagged.

    Source: asv 0.6.6, ``_is_result_better`` in ``commands/compare.py`` and ``is_different`` in ``_stats.py``.
    """
    if 1 / math.comb(len(base) + len(head), len(base)) >= ASV_P_VALUE:
        return False
    return mann_whitney_p_value(base, head) < ASV_P_VALUE and statistics.median(base) < statistics.median(head) / factor


def mann_whitney_p_value(base: Values, head: Values) -> float:
    """The two-sided p-value as asv has it: exact up to 20 turns a side, beyond by the normal distribution.

    A tie counts half, rounded to where the p-value is larger.
    """
    size = len(base) * len(head)
    above = sum((left > right) + (left == right) / 2 for left in base for right in head)
    least = math.ceil(min(above, size - above))
    if max(len(base), len(head)) <= ASV_EXACT:
        return min(1.0, 2 * float(find_rank_sum_null(len(base), len(head))[: least + 1].sum()))
    deviation = math.sqrt(size * (len(base) + len(head) + 1) / 12)
    return math.erfc((size / 2 - least) / deviation / math.sqrt(2))


STATISTICS: dict[str, Callable[[Values], float]] = {"mean": statistics.fmean, "median": statistics.median, "min": min}
RULES = (
    *(
        PeerRule(f"pytest-benchmark {name} {percent}%", functools.partial(exceeds_percentage, percent, reduce))
        for name, reduce in STATISTICS.items()
        for percent in PERCENTS
    ),
    *(PeerRule(f"asv factor {factor:g}", functools.partial(is_worse_by_asv, factor)) for factor in FACTORS),
)
