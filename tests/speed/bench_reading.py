"""What it costs to read a trace of 5 MB, beside parsing it, which no reader can do without.

Run by ``pytest tests/speed --benchmark-only``, which says beside its table how far the memory of the process rose.
"""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from spaces import make_slow_map, make_space

from bench.machine.heap import Heap
from mnist_core.files.xspace import parse_space
from reports.xplane.reader import read_capture

READERS = (parse_space, read_capture)
NUM_REPEATS = 20  # of all threads, so that making the trace takes no longer than reading it
NUM_BYTES = 5_000_000
MEBIBYTE = 2**20


@pytest.fixture(scope="module")
def content() -> bytes:
    space = make_space(make_slow_map(1000))
    lines = space.planes[0].lines
    lines.extend(list(lines) * (NUM_REPEATS - 1))
    made = bytes(space.SerializeToString())
    assert len(made) == pytest.approx(NUM_BYTES, rel=0.1)
    return made


def measure_rise_bytes(read: Callable[[bytes], object], content: bytes) -> int | None:
    """How far the resident set rose while a trace was read; None where the system does not tell."""
    heap = Heap()
    heap.trim()
    heap.reset_peak()
    before = heap.read_status_bytes("VmRSS")
    read(content)
    peak = heap.read_status_bytes("VmHWM")
    return None if before is None or peak is None else peak - before


@pytest.mark.benchmark(group="reading a trace of 5 MB")
@pytest.mark.parametrize("read", READERS)
def bench_reading(
    benchmark: BenchmarkFixture, record_property: Callable[[str, str], None], content: bytes, read: Callable[..., Any]
) -> None:
    rise = measure_rise_bytes(read, content)
    record_property("memory", "not told by this system" if rise is None else f"{rise / MEBIBYTE:.0f} MiB")
    assert benchmark.pedantic(read, (content,), rounds=5, warmup_rounds=1)
