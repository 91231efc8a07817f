"""This process's memory: live bytes on the heap, resident bytes and their peak, and how they change over time."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from bench.machine.clock import Clock
from reports.record.memory import HeapReading

PROC = Path("/proc/self")
RESET_PEAK = "5"  # proc(5), /proc/pid/clear_refs: the peak of the resident set becomes its present size
KIBIBYTE = 2**10
READING_PAUSE_S = 0.005  # between readings of the heap while prefetch threads still fill their buffers
MAX_READINGS = 2000  # 10 s
MALLINFO_FIELDS = (
    *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
    *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
)  # mallinfo(3)
NUM_EQUAL = 20  # readings in a row that are equal: nothing fills any more
FEWEST_KEPT = 100  # readings of a long watch; at twice as many, every other one goes and the pause doubles


class _MallocInfo(ctypes.Structure):
    """``struct mallinfo2`` of glibc 2.33 and newer."""

    _fields_ = tuple((name, ctypes.c_size_t) for name in MALLINFO_FIELDS)


def _find_mallinfo() -> Callable[[], _MallocInfo] | None:
    try:
        function = ctypes.CDLL(None).mallinfo2
    except (AttributeError, OSError, TypeError):  # another C library, or none to open by that name
        return None
    function.restype = _MallocInfo
    return function


class Heap:
    """This process's memory; None from every reading that the platform has no source for."""

    def __init__(self, proc: Path = PROC) -> None:
        self._proc, self._mallinfo = proc, _find_mallinfo()

    def read_live_bytes(self) -> int | None:
        """Bytes in use over all arenas and mappings; TensorFlow's CPU tensors come from this allocator."""
        if self._mallinfo is None:
            return None
        info = self._mallinfo()
        return int(info.uordblks + info.hblkhd)

    def read_settled_bytes(self) -> int | None:
        """Live bytes once they no longer change: prefetch threads have filled their buffers."""
        last, equal = self.read_live_bytes(), 0
        pause = threading.Event()
        for _ in range(MAX_READINGS):
            pause.wait(READING_PAUSE_S)
            now = self.read_live_bytes()
            equal = equal + 1 if now == last else 0
            last = now
            if equal == NUM_EQUAL:
                break
        return last

    def reset_peak(self) -> None:
        """Forget the peak so far."""
        with contextlib.suppress(OSError):  # then there is no peak to read either
            (self._proc / "clear_refs").write_text(RESET_PEAK)

    def read_status_bytes(self, name: str) -> int | None:
        """VmRSS or VmHWM of /proc/self/status."""
        try:
            lines = (self._proc / "status").read_text(encoding="utf-8").splitlines()
            return next(int(line.split()[1]) * KIBIBYTE for line in lines if line.startswith(f"{name}:"))
        except (OSError, ValueError, IndexError, StopIteration):
            return None

    def trim(self) -> None:
        """Give back to the system what the allocator keeps, where it can."""
        gc.collect()
        if self._mallinfo is not None:
            ctypes.CDLL(None).malloc_trim(0)


class HeapWatch:
    """Reads the live bytes over time, from a thread of its own between the entry and the exit of the context.

    What it holds is bounded, however long the watch: it must not become part of what it reads.

    Args:
        read_live_bytes: Gives the live bytes; None where the platform has no source, and then nothing is noted.
        clock: The clock of the readings; its zero does not matter.
    """

    def __init__(self, read_live_bytes: Callable[[], int | None], clock: Clock) -> None:
        self._read, self._clock = read_live_bytes, clock
        self._noted: list[tuple[int, int]] = []
        self._pause_s = READING_PAUSE_S
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
