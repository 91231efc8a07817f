"""Is what people say about tf.data true here? The cases of the claims that the main job does not measure anyway."""

from __future__ import annotations

import pytest

from bench.turns.replay import CLOCK, Measure


@pytest.mark.benchmark(group="claims", timer=CLOCK)
def bench_claim(measure: Measure) -> None:
    """One epoch, drained inside the graph."""
    measure()


@pytest.mark.benchmark(group="claims_training", timer=CLOCK)
def bench_claim_feeding(measure: Measure) -> None:
    """A short epoch into an emulated accelerator, or of Keras' fit."""
    measure()


@pytest.mark.benchmark(group="claims_memory", timer=CLOCK)
def bench_claim_live_bytes(measure: Measure) -> None:
    """The live heap when the pipeline holds most."""
    measure()


@pytest.mark.benchmark(group="mixing", timer=CLOCK)
def bench_mixing(measure: Measure) -> None:
    """How well an epoch is shuffled, beside what that costs."""
    measure()


@pytest.mark.benchmark(group="accuracy", timer=CLOCK)
def bench_accuracy(measure: Measure) -> None:
    """The test accuracy of a model that was trained in just this order, from a new beginning every turn."""
    measure()
