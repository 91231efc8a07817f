"""What does a training step wait for? A profiler trace each, read back, and what the profiling costs.

Nothing here is a timed turn; pytest-benchmark's own columns have the steps without the profiler.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.turns.replay import ReplayClock, replay
from reports.record.case import Case
from reports.record.record import CaseRecord

CLOCK = ReplayClock()
pytestmark = pytest.mark.benchmark(group="traces", timer=CLOCK)


def bench_trace(case: Case, measure: Callable[[Case], CaseRecord], benchmark: BenchmarkFixture) -> None:
    """Some tens of steps under the profiler, in a worker that does nothing else."""
    replay(measure(case), benchmark, CLOCK)
