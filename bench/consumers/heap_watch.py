"""Watches the live heap while a pipeline fills its buffers and lets them go: bytes over time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

from bench.machine.clock import Clock
from reports.record.memory import HeapReading

FIRST_PAUSE_S = 0.005  # between readings; a shuffle buffer of 60000 examples takes some hundred of them to fill
FEWEST_KEPT = 100  # readings of a long watch; at twice as many, every other one goes and the pause doubles


class HeapWatch:
    """Reads the live bytes from a thread of its own between the entry and the exit of the context.

    What it holds is bounded, however long the watch: it must not become part of what it reads.

    Args:
        read_live_bytes: Gives the live bytes; None where the platform has no source, and then nothing is noted.
        clock: The clock of the readings; its zero does not matter.
    """

    def __init__(self, read_live_bytes: Callable[[], int | None], clock: Clock) -> None:
        self._read, self._clock = read_live_bytes, clock
        self._noted: list[tuple[int, int]] = []
        self._pause_s = FIRST_PAUSE_S
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> HeapWatch:
        self.note()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self.note()

    def note(self) -> None:
        """Take one reading now."""
        live_bytes = self._read()
        if live_bytes is None:
            return
        self._noted.append((self._clock.wall_ns(), live_bytes))
        if len(self._noted) == 2 * FEWEST_KEPT:
            del self._noted[1::2]
            self._pause_s *= 2

    def read_series(self) -> tuple[HeapReading, ...]:
        """The readings in order, as time since the first and bytes beyond it."""
        if not self._noted:
            return ()
        begin_ns, baseline_bytes = self._noted[0]
        return tuple(HeapReading(time_ns - begin_ns, max(0, live - baseline_bytes)) for time_ns, live in self._noted)

    def _watch(self) -> None:
        while not self._ended.wait(self._pause_s):
            self.note()
