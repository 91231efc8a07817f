"""What does a training step wait for? A profiler trace each, read back, and what the profiling costs.

Nothing here is a timed turn; pytest-benchmark's own columns have the steps without the profiler.
"""

from __future__ import annotations

import pytest

from bench.turns.replay import CLOCK, Measure

pytestmark = pytest.mark.benchmark(group="traces", timer=CLOCK)


def bench_trace(measure: Measure) -> None:
    """Some tens of steps under the profiler, in a worker that does nothing else."""
    measure()
