"""What does each stage of a person's pipeline take? As TensorFlow counts it; the times are those of the readings."""

from __future__ import annotations

import pytest

from bench.turns.replay import CLOCK, Measure

pytestmark = pytest.mark.benchmark(group="stages", timer=CLOCK)


def bench_stages(measure: Measure) -> None:
    """An epoch, or the beginning of one, in a worker that does nothing else."""
    measure()
