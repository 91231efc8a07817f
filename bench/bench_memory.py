"""What does each ordering hold in memory, and what does its spec predict? The times are those of the readings."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.turns.replay import ReplayClock, replay
from reports.record.case import Case
from reports.record.record import CaseRecord

CLOCK = ReplayClock()
pytestmark = pytest.mark.benchmark(group="memory", timer=CLOCK)


def bench_live_bytes(case: Case, measure: Callable[[Case], CaseRecord], benchmark: BenchmarkFixture) -> None:
    """The live heap when the pipeline holds most, in a worker that does nothing else."""
    replay(measure(case), benchmark, CLOCK)
