"""Which order of map, shuffle, batch and prefetch is fastest here? Every ordering, drained for a whole epoch a turn."""

from __future__ import annotations

import pytest

from bench.turns.replay import CLOCK, Measure

pytestmark = pytest.mark.benchmark(group="orderings", timer=CLOCK)


def bench_ordering(measure: Measure) -> None:
    """One epoch of the ordering, drained inside the graph."""
    measure()
