"""Memory over time: readings in order, beyond the first, and never more than a bounded number of them."""

import threading
from itertools import count

import pytest
from meters import read_memory

from bench.cases.selection import build_case
from bench.machine.heap import FEWEST_KEPT, Heap, HeapWatch
from mnist_core.digits.load import Digits
from reports.record.memory import HeapReading

NEEDS_MALLINFO = pytest.mark.skipif(Heap().read_live_bytes() is None, reason="needs mallinfo2: glibc 2.33 or newer")
SECOND = 1_000_000_000


class TickingClock:
    """A second later at every look."""

    def __init__(self) -> None:
        self._ticks = count(100)

    def wall_ns(self) -> int:
        return next(self._ticks) * SECOND

    def cpu_ns(self) -> int:
        return 0

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing waits on this clock")


def watch(*live_bytes: int | None) -> HeapWatch:
    return HeapWatch(iter(live_bytes).__next__, TickingClock())


def test_readings_are_beyond_the_first_and_never_below_nothing() -> None:
    watched = watch(1000, 1700, 1200, 990)
    for _ in range(4):
        watched.note()
    assert watched.read_series() == (
        HeapReading(0, 0),
        HeapReading(SECOND, 700),
        HeapReading(2 * SECOND, 200),
        HeapReading(3 * SECOND, 0),
    )


def test_a_platform_without_a_source_has_no_series() -> None:
    watched = watch(None, None)
    watched.note()
    watched.note()
    assert watched.read_series() == ()


def test_a_long_watch_keeps_its_first_and_its_newest_readings_and_few_between() -> None:
    watched = HeapWatch(count(0).__next__, TickingClock())
    for number in range(1, 10 * FEWEST_KEPT + 1):
        watched.note()
        assert len(watched.read_series()) < 2 * FEWEST_KEPT
        if number >= FEWEST_KEPT:
            assert len(watched.read_series()) >= FEWEST_KEPT
    series = watched.read_series()
    assert series[0] == HeapReading(0, 0)
    assert list(series) == sorted(series, key=lambda reading: reading.elapsed_ns)


def test_it_reads_while_the_context_lasts_and_once_at_either_end() -> None:
    third = threading.Event()
    values = count(5)

    def read() -> int:
        value = next(values)
        if value == 7:
            third.set()
        return value

    with HeapWatch(read, TickingClock()) as watched:
        assert third.wait(60), "the thread reads without being asked"
    after = watched.read_series()
    assert [reading.live_bytes for reading in after] == list(range(len(after)))
    assert next(values) == 5 + len(after), "nobody reads after the end"


@NEEDS_MALLINFO
def test_the_series_of_a_pipeline_rises_to_what_it_holds_and_falls_again(digits: Digits) -> None:
    memory = read_memory(build_case("map_before_shuffle", "memory"), digits)
    highest = max(reading.live_bytes for reading in memory.series)
    assert memory.live_bytes is not None
    assert highest >= 0.95 * memory.live_bytes
    assert memory.series[-1].live_bytes < 0.5 * highest
