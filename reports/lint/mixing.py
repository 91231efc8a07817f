"""How well a shuffle of a given buffer mixes, found by drawing one: of data that comes sorted by ten labels."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from reports.stats.mixing import score_mixing

NUM_LABELS = 10
MOST_DRAWN = 20_000  # elements; larger ones are drawn smaller, with the same share in the buffer
SEED = 0


@dataclass(frozen=True)
class Scores:
    """Both scores of `reports.stats.mixing`, 0 unmoved to 1 a uniform permutation."""

    displacement: float
    label_runs: float


@lru_cache(maxsize=64)
def score_buffer(num_examples: int, buffer: int, batch_size: int = 1) -> Scores:
    """The scores of an epoch.

    Args:
        num_examples: Number of examples.
        buffer: Elements in the buffer.
        batch_size: Number of examples of an element, which stay together.
    """
    num_elements = max(2, num_examples // batch_size)
    shrunk = max(1, round(num_elements / MOST_DRAWN))
    count, held = max(2, num_elements // shrunk), max(1, buffer // shrunk)
    order = _draw_order(count, min(held, count))
    examples = (order[:, None] * batch_size + np.arange(batch_size)[None, :]).ravel()
    labels = (np.arange(len(examples)) * NUM_LABELS // len(examples)).astype(np.uint8)
    return Scores(*score_mixing(examples, labels))


def _draw_order(count: int, buffer: int) -> np.ndarray:
    """The order in which a buffer gives the numbers from 0 on: one at random, whose place the next one takes."""
    draw = random.Random(SEED)  # noqa: S311  # no secret
    held, order = list(range(buffer)), []
    for number in range(buffer, count):
        place = draw.randrange(buffer)
        order.append(held[place])
        held[place] = number
    draw.shuffle(held)
    return np.array([*order, *held], np.int64)
