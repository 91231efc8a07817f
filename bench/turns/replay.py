"""Hands measured turns to pytest-benchmark, which then owns their table, file, ids and flags."""

from __future__ import annotations

from collections.abc import Callable

from pytest_benchmark.fixture import BenchmarkFixture

from reports.record.record import CaseRecord

NANOSECONDS = 1e9


class ReplayClock:
    """A timer for pytest-benchmark that stands still except while a measured turn is replayed."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def __repr__(self) -> str:
        return "measured turns"  # what the record stores as the timer's name

    def __call__(self) -> float:
        """Seconds since the present turn began."""
        return self._now_s

    def rewind(self) -> None:
        """Begin a turn at zero, so that its seconds come out exactly as they were measured."""
        self._now_s = 0.0

    def advance(self, wall_ns: int) -> None:
        """Let `wall_ns` nanoseconds pass."""
        self._now_s += wall_ns / NANOSECONDS


CLOCK = ReplayClock()
Measure = Callable[[], None]
"""Measures a test's case and replays its turns by the clock above."""


def list_walls(record: CaseRecord) -> list[int]:
    """What each round of a record took, in nanoseconds.

    Of a case without turns it is its reading of memory, stages or mixing, or its steps without the profiler.
    """
    if record.memory is not None:
        return [record.memory.reading_ns]
    if record.stage_times is not None:
        return [record.stage_times.reading_ns]
    if record.mixing is not None:
        return [record.mixing.reading_ns]
    if record.capture is not None:
        return list(record.capture.plain_step_ns)
    return [turn.sample.wall_ns for turn in record.turns]


def replay(record: CaseRecord, benchmark: BenchmarkFixture, clock: ReplayClock) -> None:
    """Run the turns of `record` as rounds of `benchmark`, whose timer must be `clock`."""
    walls_ns = list_walls(record)
    rounds = iter(walls_ns)

    def begin_round() -> tuple[tuple[int], dict[str, int]]:
        clock.rewind()
        return (next(rounds),), {}

    benchmark.extra_info.update(record.to_extra_info())
    benchmark.pedantic(clock.advance, setup=begin_round, rounds=len(walls_ns))
