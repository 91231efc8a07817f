"""From which batch size on is a GPU worth it? Predictions of both models, from and back to the host."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.turns.replay import ReplayClock, replay
from reports.record.case import Case
from reports.record.record import CaseRecord

CLOCK = ReplayClock()
pytestmark = pytest.mark.benchmark(group="inference", timer=CLOCK)


def bench_inference(case: Case, measure: Callable[[Case], CaseRecord], benchmark: BenchmarkFixture) -> None:
    """So many calls of the model, their answers read back."""
    replay(measure(case), benchmark, CLOCK)
