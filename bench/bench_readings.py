"""What do a person's pipelines do, stage by stage, and how well do they mix? The times are those of the readings."""

from __future__ import annotations

import pytest

from bench.turns.replay import CLOCK, Measure


@pytest.mark.benchmark(group="stages", timer=CLOCK)
def bench_stages(measure: Measure) -> None:
    """What every stage takes of an epoch, as TensorFlow counts it."""
    measure()


@pytest.mark.benchmark(group="order", timer=CLOCK)
def bench_order(measure: Measure) -> None:
    """Where the examples stand, and where they would without shuffles."""
    measure()
