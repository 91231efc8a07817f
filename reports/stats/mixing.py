"""How well a pass over the data was shuffled: 0 is unmoved, 1 is a uniform permutation. Pure numbers."""

from __future__ import annotations

import numpy as np

Positions = np.ndarray[tuple[int], np.dtype[np.int64]]


def score_mixing(order: Positions, labels: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> tuple[float, float]:
    """Both scores of a pass: how far the examples moved, and how often the label changes.

    Args:
        order: Original place of the example that came first, second, and so on: int64 of shape (n,), a permutation of
            0 to n - 1, n >= 2.
        labels: Label of every example, by its original place: shape (n,).

    Raises:
        ValueError: `order` is no permutation of the places.
    """
    if not np.array_equal(np.sort(order), np.arange(len(labels))) or len(labels) < 2:  # noqa: PLR2004  # a pair
        raise ValueError("a pass must hold every example exactly once, and two at least.")
    return score_displacement(order), score_label_runs(labels[order], labels)


def score_displacement(order: Positions) -> float:
    """How far the examples moved on average, over what a uniform permutation moves them, (n^2 - 1) / 3n; at most 1.

    A stream through a shuffle buffer of B elements moves by 2 (B - 1) (1 - 1/B)^(B - 1), about 0.74 B, on average: the
    wait in the buffer is geometric. With B = 1 nothing moves.
    """
    count = len(order)
    moved = np.abs(order - np.arange(count)).mean()
    return float(min(1.0, moved / ((count**2 - 1) / (3 * count))))


def score_label_runs(shuffled: np.ndarray, unmoved: np.ndarray) -> float:
    """How often the label changes beyond what it did unmoved, over what a uniform permutation adds; 0 to 1.

    A uniform permutation has n - sum(n_c (n_c - 1)) / n runs of equal labels on average, n_c examples of class c. Data
    that came as mixed as that has nothing to gain: then the score is 1.

    Source: Wald and Wolfowitz' runs test, for several classes: Mood, The Distribution Theory of Runs, 1940.
    """
    _, counts = np.unique(unmoved, return_counts=True)
    total = len(unmoved)
    uniform = total - float((counts * (counts - 1)).sum()) / total
    begin = _count_runs(unmoved)
    if uniform <= begin:
        return 1.0
    return float(min(1.0, max(0.0, (_count_runs(shuffled) - begin) / (uniform - begin))))


def _count_runs(labels: np.ndarray) -> int:
    return 1 + int(np.count_nonzero(labels[1:] != labels[:-1]))
