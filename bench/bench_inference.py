"""From which batch size on is a GPU worth it? Predictions of both models, from and back to the host."""

from __future__ import annotations

import pytest

from bench.turns.replay import CLOCK, Measure

pytestmark = pytest.mark.benchmark(group="inference", timer=CLOCK)


def bench_inference(measure: Measure) -> None:
    """So many calls of the model, their answers read back."""
    measure()
