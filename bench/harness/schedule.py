"""Who has the next turn: the cases of a group take turns in random order, round by round, inside a time budget."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Budget:
    """How long a group may take.

    Args:
        seconds: after this no new round begins, once every case has `min_rounds`.
        min_rounds: rounds that are measured whatever they take.
        max_rounds: rounds that are enough.
    """

    seconds: float
    min_rounds: int
    max_rounds: int


def interleave(
    names: Sequence[str], budget: Budget, *, clock_s: Callable[[], float], seed: int
) -> Iterator[tuple[int, str]]:
    """Rounds from 0, each with every name once in random order: (round, name), as long as the budget allows.

    A round that would probably end after the budget is not begun: it is taken to last as long as the mean so far.

    Args:
        names: the cases that take turns.
        budget: when to stop.
        clock_s: seconds; read between rounds only.
        seed: of the order, which is recorded.
    """
    shuffler = random.Random(seed)  # noqa: S311  # an order, not a secret
    begin_s = clock_s()
    for number in range(budget.max_rounds):
        spent_s = clock_s() - begin_s
        if number >= budget.min_rounds and spent_s * (number + 1) / number > budget.seconds:
            return
        order = list(names)
        shuffler.shuffle(order)
        yield from ((number, name) for name in order)
