"""From where on one thing is faster than another: a device from a batch size on, a cache from an epoch on. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.stats.median import Estimate

LEVEL = 1.0  # times as fast


@dataclass(frozen=True)
class Crossover:
    """Where one device is faster than the other; each size is in one of the three, in ascending order.

    Args:
        wins: Sizes at which the whole interval is above 1.
        loses: Sizes at which the whole interval is below 1.
        undecided: Sizes at which the interval holds 1, or there were too few turns for one.
    """

    wins: tuple[int, ...]
    loses: tuple[int, ...]
    undecided: tuple[int, ...]

    @property
    def first_size(self) -> int | None:
        """The smallest size from which on every measured size wins; None if the largest does not."""
        others = (*self.loses, *self.undecided)
        beyond = [size for size in self.wins if size > max(others, default=0)]
        return min(beyond, default=None)


def find_crossover(ratios: Mapping[int, Estimate]) -> Crossover:
    """Where the device wins.

    Args:
        ratios: How many times as fast as the other one the device is, by batch size.
    """
    sizes = sorted(ratios)
    wins = tuple(size for size in sizes if (ratios[size].low or 0) > LEVEL)
    loses = tuple(size for size in sizes if (high := ratios[size].high) is not None and high < LEVEL)
    return Crossover(wins, loses, tuple(size for size in sizes if size not in {*wins, *loses}))


def describe_crossover(crossover: Crossover) -> str:
    """Such as ``from 128 on``, ``at no batch size up to 2048`` or ``not to be told``, with the sizes in doubt."""
    first = crossover.first_size
    if first is not None:
        return f"from batch size {first} on{_list_sizes('; not to be told at', crossover.undecided)}"
    if crossover.loses and not crossover.wins and not crossover.undecided:
        return f"at no batch size up to {max(crossover.loses)}"
    faster = _list_sizes("; faster at", crossover.wins)
    slower = _list_sizes("; slower at", crossover.loses)
    return f"not to be told{_list_sizes(' at', crossover.undecided)}{faster}{slower}"


def _list_sizes(before: str, sizes: Sequence[int]) -> str:
    return f"{before} {', '.join(str(size) for size in sizes)}" if sizes else ""


def find_paying_epoch(first_s: float, later_s: float, other_first_s: float, other_later_s: float) -> int | None:
    """The first epoch after which a slow start has paid, and pays ever more; None if later ones are not faster.

    After e epochs, first + (e - 1) * later seconds are less than the other's; 1 where its first epoch is shorter too.

    Args:
        first_s: Seconds of the first epoch.
        later_s: Seconds of each later epoch.
        other_first_s: Seconds of the other's first epoch.
        other_later_s: Seconds of each of the other's later epochs.
    """
    if later_s >= other_later_s:
        return None
    behind_s = first_s - other_first_s
    return 1 if behind_s < 0 else 2 + math.floor(behind_s / (other_later_s - later_s))
