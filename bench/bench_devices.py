"""What does a device make of a fast pipeline? Batches copied to it, and an epoch of training on it."""

from __future__ import annotations

import pytest

from bench.turns.replay import CLOCK, Measure

pytestmark = pytest.mark.benchmark(group="devices", timer=CLOCK)


def bench_on_device(measure: Measure) -> None:
    """One epoch into the device."""
    measure()
