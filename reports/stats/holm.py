"""Which of several hypotheses are rejected together."""

from __future__ import annotations

from collections.abc import Mapping


def reject_by_holm(p_values: Mapping[int, float], alpha: float, family: int) -> set[int]:
    """The hypotheses that are rejected; one of them is wrongly so with a probability of at most `alpha`.

    Args:
        p_values: P-value of each hypothesis, by its number.
        alpha: Probability of a wrong rejection that the whole family may have.
        family: Number of hypotheses that there were; those without a p-value count as never rejected.

    Source: Holm, A simple sequentially rejective multiple test procedure, Scand. J. Statist. 6 (1979).
    """
    rejected: set[int] = set()
    for rank, (number, p_value) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        if p_value > alpha / (family - rank):
            break
        rejected.add(number)
    return rejected
