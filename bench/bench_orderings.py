"""Which order of map, shuffle, batch and prefetch is fastest here? Every ordering, drained for a whole epoch a turn."""

from __future__ import annotations

import pytest

from bench.turns.replay import CLOCK, Measure


@pytest.mark.benchmark(group="orderings", timer=CLOCK)
def bench_ordering(measure: Measure) -> None:
    """One epoch of the ordering, drained inside the graph."""
    measure()


@pytest.mark.benchmark(group="cold", timer=CLOCK)
def bench_cold(measure: Measure) -> None:
    """The same, of a person's pipeline whose files are dropped from the page cache before every turn."""
    measure()
