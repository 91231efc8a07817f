"""Which order of map, shuffle, batch and prefetch is fastest here? Every ordering, drained for a whole epoch a turn."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.turns.replay import ReplayClock, replay
from reports.record.case import Case
from reports.record.record import CaseRecord

CLOCK = ReplayClock()
pytestmark = pytest.mark.benchmark(group="orderings", timer=CLOCK)


def bench_ordering(case: Case, measure: Callable[[Case], CaseRecord], benchmark: BenchmarkFixture) -> None:
    """One epoch of the ordering, drained inside the graph."""
    replay(measure(case), benchmark, CLOCK)
