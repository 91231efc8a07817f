"""What does each ordering hold in memory, and what does its spec predict? The times are those of the readings."""

from __future__ import annotations

import pytest

from bench.turns.replay import CLOCK, Measure

pytestmark = pytest.mark.benchmark(group="memory", timer=CLOCK)


def bench_live_bytes(measure: Measure) -> None:
    """The live heap when the pipeline holds most, in a worker that does nothing else."""
    measure()
