"""Who has the next turn: the cases of a group take turns in random order, round by round, inside a time budget."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Budget:
    """How long a group may take.

    Args:
        seconds: Time after which no new round begins, once every case has its fewest rounds.
        min_rounds: Number of rounds that are measured whatever they take.
        max_rounds: Number of rounds that are enough.
    """

    seconds: float
    min_rounds: int
    max_rounds: int


def _always(_name: str) -> bool:
    return True


def interleave(
    names: Sequence[str],
    budget: Budget,
    *,
    clock_s: Callable[[], float],
    seed: int,
    needs_turns: Callable[[str], bool] = _always,
) -> Iterator[tuple[int, str]]:
    """Rounds from 0, each with the names that need a turn once in random order: (round, name), inside the budget.

    The first `min_rounds` rounds have every name. Later ones leave out those whose interval is narrow enough, so that
    the time goes where the interval is wide. A round that would probably end after the budget is not begun: its turns
    are taken to last as long as the mean turn so far.

    Args:
        names: Names of the cases that take turns.
        budget: Says when to stop.
        clock_s: Gives the present moment in seconds; read between rounds only.
        seed: Seed for the random order, which is recorded.
        needs_turns: Says whether a case should go on; asked before each round after the fewest rounds.
    """
    shuffler = random.Random(seed)  # noqa: S311  # an order, not a secret
    begin_s = clock_s()
    turns = 0
    for number in range(budget.max_rounds):
        order = [name for name in names if number < budget.min_rounds or needs_turns(name)]
        if not order:
            return
        if number >= budget.min_rounds and _predict_end_s(clock_s() - begin_s, turns, len(order)) > budget.seconds:
            return
        shuffler.shuffle(order)
        turns += len(order)
        yield from ((number, name) for name in order)


def _predict_end_s(spent_s: float, turns: int, num_next: int) -> float:
    return spent_s * (turns + num_next) / turns
