"""Is what people say about tf.data true here? The cases of the claims that the main job does not measure anyway."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.turns.replay import ReplayClock, replay
from reports.record.case import Case
from reports.record.record import CaseRecord

CLOCK = ReplayClock()
Measure = Callable[[Case], CaseRecord]


@pytest.mark.benchmark(group="claims", timer=CLOCK)
def bench_claim(case: Case, measure: Measure, benchmark: BenchmarkFixture) -> None:
    """One epoch, drained inside the graph."""
    replay(measure(case), benchmark, CLOCK)


@pytest.mark.benchmark(group="claims_training", timer=CLOCK)
def bench_claim_feeding(case: Case, measure: Measure, benchmark: BenchmarkFixture) -> None:
    """A short epoch into an emulated accelerator, or of Keras' fit."""
    replay(measure(case), benchmark, CLOCK)


@pytest.mark.benchmark(group="claims_memory", timer=CLOCK)
def bench_claim_live_bytes(case: Case, measure: Measure, benchmark: BenchmarkFixture) -> None:
    """The live heap when the pipeline holds most."""
    replay(measure(case), benchmark, CLOCK)


@pytest.mark.benchmark(group="mixing", timer=CLOCK)
def bench_mixing(case: Case, measure: Measure, benchmark: BenchmarkFixture) -> None:
    """How well an epoch is shuffled, beside what that costs."""
    replay(measure(case), benchmark, CLOCK)


@pytest.mark.benchmark(group="accuracy", timer=CLOCK)
def bench_accuracy(case: Case, measure: Measure, benchmark: BenchmarkFixture) -> None:
    """The test accuracy of a model that was trained in just this order, from a new beginning every turn."""
    replay(measure(case), benchmark, CLOCK)
