"""Times one turn, inside a worker. The only reader of a clock for anything that is compared."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from bench.machine.cores import count_cores
from bench.machine.pressure import Pressure, is_contaminated, read_pressure
from reports.record.sample import Sample


class Clock(Protocol):
    """Where the time comes from; tests bring a fake one."""

    def wall_ns(self) -> int:
        """Monotonic wall-clock nanoseconds."""

    def cpu_ns(self) -> int:
        """CPU nanoseconds of this process, all threads."""

    def sleep(self, seconds: float) -> None:
        """Leave the CPU to others for so long."""


class MachineClock:
    """The real clocks of this machine."""

    wall_ns: Callable[[], int] = staticmethod(time.perf_counter_ns)
    cpu_ns: Callable[[], int] = staticmethod(time.process_time_ns)
    sleep: Callable[[float], None] = staticmethod(time.sleep)


ReadPressure = Callable[[], Pressure]


class TurnTimer:
    """Times the turn that begins when it is made, and notes what others used meanwhile.

    A call on a GPU returns when its work is queued, so that no clock is read before the device has been waited for.

    Args:
        clock: The clock, which is read at the beginning, at the first batch and at the end.
        wait: Returns when every device has finished what it was given.
        pressure: Reads what the machine and the scheduler did, before and after the turn.
    """

    def __init__(self, clock: Clock, wait: Callable[[], None], pressure: ReadPressure = read_pressure) -> None:
        self._clock, self._wait, self._pressure = clock, wait, pressure
        self._first_ns: int | None = None
        self._first_cpu_ns: int | None = None
        self._returned_ns: int | None = None
        wait()
        self._before = pressure()
        self._begin_cpu_ns, self._begin_ns = clock.cpu_ns(), clock.wall_ns()

    def mark_first_batch(self) -> None:
        """The first batch, or the first answer, has arrived."""
        self._wait()
        self._first_ns, self._first_cpu_ns = self._clock.wall_ns(), self._clock.cpu_ns() - self._begin_cpu_ns

    def mark_returned(self) -> None:
        """The last call has returned: a turn without synchronisation would end here. The device is not waited for."""
        self._returned_ns = self._clock.wall_ns()

    def end(self, num_examples: int, busy_ns: int | None = None) -> Sample:
        """The sample of the turn, which ends now.

        Args:
            num_examples: Number of examples that arrived.
            busy_ns: How long the consumer computed; None for one that only takes.
        """
        self._wait()
        wall_ns, cpu_ns = self._clock.wall_ns() - self._begin_ns, self._clock.cpu_ns() - self._begin_cpu_ns
        spent = self._pressure() - self._before
        foreign_cpu_ns = None if spent.busy_ns is None else max(0, spent.busy_ns - cpu_ns)
        return Sample(
            wall_ns=wall_ns,
            cpu_ns=cpu_ns,
            first_batch_ns=self._since_begin(self._first_ns),
            num_examples=num_examples,
            busy_ns=busy_ns,
            involuntary_switches=spent.involuntary_switches,
            run_queue_wait_ns=spent.run_queue_wait_ns,
            foreign_cpu_ns=foreign_cpu_ns,
            contaminated=is_contaminated(foreign_cpu_ns, wall_ns, count_cores()),
            unsynced_ns=self._since_begin(self._returned_ns),
            first_batch_cpu_ns=self._first_cpu_ns,
        )

    def _since_begin(self, mark_ns: int | None) -> int | None:
        return None if mark_ns is None else mark_ns - self._begin_ns
