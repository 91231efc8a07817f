"""What a gate draws by lot: slots, first turns and the order of pairs; the same seed always draws the same."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import TypeVar

HASH_SEEDS = 2**32  # PYTHONHASHSEED takes 0 to 4294967295

Entry = TypeVar("Entry")


class Lots:
    """Draws by name and number, so that no draw depends on how many came before.

    Args:
        seed: of all draws.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def toss(self, name: str, number: int) -> int:
        """0 or 1 at random; of the numbers 0 and 1, 2 and 3 and so on, one of each gets the other."""
        return self._source(f"{name} {number // 2}").getrandbits(1) ^ (number % 2)

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
