"""What a gate draws by lot: slots, first turns and the order of pairs; the same seed always draws the same."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar, get_args

from reports.gate.record import SideName


@dataclass(frozen=True)
class Lot:
    """Where head sits, and who has the first turn."""

    head_slot: int
    first: SideName


SQUARE = tuple(Lot(slot, first) for slot in (0, 1) for first in get_args(SideName))
HASH_SEEDS = 2**32  # PYTHONHASHSEED takes 0 to 4294967295

Entry = TypeVar("Entry")


class Lots:
    """Draws by name and number, so that no draw depends on how many came before.

    The pairs of one round share out the combinations of slot and first turn evenly. Those of one case come from
    different rounds, so where head sits is an independent fair coin for each of them, which its test relies on: were
    they balanced among themselves, noise that goes up and down from pair to pair could pass for head.

    Args:
        seed: Seed of all draws.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def draw(self, count: int, name: str, number: int) -> list[Lot]:
        """The lots of so many pairs that are measured in the same round, each combination as often as possible.

        Args:
            count: Number of pairs that get a lot.
            name: Name of what is drawn for, such as a case.
            number: Number of the round in which they are measured.
        """
        source = self._source(f"{name} {number}")
        whole, rest = divmod(count, len(SQUARE))
        lots = [*SQUARE * whole, *source.sample(SQUARE, rest)]
        source.shuffle(lots)
        return lots

    def draw_hash_seed(self, number: int) -> int:
        """How Python scatters its sets of texts, from 0 to 4294967295."""
        return self._source(f"hash {number}").randrange(HASH_SEEDS)

    def shuffle(self, entries: Iterable[Entry], name: str, number: int) -> list[Entry]:
        """The entries in random order."""
        shuffled = list(entries)
        self._source(f"order {name} {number}").shuffle(shuffled)
        return shuffled

    def _source(self, name: str) -> random.Random:
        return random.Random(f"{self._seed} {name}")  # noqa: S311  # an order, not a secret
