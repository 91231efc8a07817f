"""What does a device make of a fast pipeline? Batches copied to it, and an epoch of training on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.turns.replay import ReplayClock, replay
from reports.record.case import Case
from reports.record.record import CaseRecord

CLOCK = ReplayClock()
pytestmark = pytest.mark.benchmark(group="devices", timer=CLOCK)


def bench_on_device(case: Case, measure: Callable[[Case], CaseRecord], benchmark: BenchmarkFixture) -> None:
    """One epoch into the device."""
    replay(measure(case), benchmark, CLOCK)
