"""Does the pipeline keep its consumer busy? A real training step, and an emulated accelerator that frees the CPU."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.turns.replay import ReplayClock, replay
from reports.record.case import Case
from reports.record.record import CaseRecord

CLOCK = ReplayClock()
pytestmark = pytest.mark.benchmark(group="training", timer=CLOCK)


def bench_feeding(case: Case, measure: Callable[[Case], CaseRecord], benchmark: BenchmarkFixture) -> None:
    """A short epoch, each batch computed on before the next is asked for."""
    replay(measure(case), benchmark, CLOCK)
