"""Does the pipeline keep its consumer busy? A real training step, and an emulated accelerator that frees the CPU."""

from __future__ import annotations

import pytest

from bench.turns.replay import CLOCK, Measure

pytestmark = pytest.mark.benchmark(group="training", timer=CLOCK)


def bench_feeding(measure: Measure) -> None:
    """A short epoch, each batch computed on before the next is asked for."""
    measure()
