"""Values of a clock that ticks: how long its ticks are, where the values show it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

NOISE = 1e-3  # of the median: values closer together are one, whatever digits floating point has left of them
WIDEST = 3 * NOISE  # of the median: what values of one tick may be apart
FEWEST_EACH = 5  # values of a tick on the average: else some are equal by chance
FEWEST = 40  # values in all
UNEVEN = 0.1  # of a tick, by which whole ticks may miss their places
FEW = 0.05  # of the values: fewer are rounds that something disturbed, whose distances are no ticks


def find_tick(values: Sequence[float]) -> float:
    """How long a tick of the clock is with which these were measured; 0 where they lie too close to show one.

    Args:
        values: Values of at least 0 that were measured with one clock.
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    scale = float(np.median(ordered))
    if scale <= 0:
        return float(ordered[ordered > 0].min()) if ordered.any() else 0.0
    heaps = np.split(ordered, np.flatnonzero(np.diff(ordered) > NOISE * scale) + 1)
    is_fine = len(ordered) < max(FEWEST, FEWEST_EACH * len(heaps))
    if is_fine or any(heap[-1] - heap[0] > WIDEST * scale for heap in heaps):
        return 0.0
    steps = np.diff([float(heap.mean()) for heap in heaps if len(heap) >= FEW * len(ordered)])
    tick = float(steps.min(initial=np.inf))
    return tick if len(steps) and np.all(np.abs(steps / tick - np.round(steps / tick)) < UNEVEN) else 0.0


def average_ticks(values: np.ndarray, tick: float) -> float:
    """The mean of what is left without the highest and the lowest twentieth, and at least half a tick in all.

    What a clock rounds it rounds up and down, so that means tell parts of a tick, which medians do not.
    """
    cut = int(FEW * len(values))
    kept = np.sort(values)[cut : len(values) - cut]
    return max(float(kept.mean()), float(values.mean()) if not kept.any() else 0.0, tick / 2 / len(values))
