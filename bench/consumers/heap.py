"""What a pipeline holds: live bytes on the heap, the peak of resident memory, and what the allocator keeps afterwards.

Runs inside a worker that measures nothing else, so that neither measurement disturbs the other.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Protocol

import tensorflow as tf

from bench.consumers.meter import Tools
from bench.machine.clock import Clock
from bench.subjects.capabilities import OpensDataset, PredictsBytes
from reports.record.case import Case
from reports.record.memory import HeapReading, Memory

PROC = Path("/proc/self")
RESET_PEAK = "5"  # proc(5), /proc/pid/clear_refs: the peak of the resident set becomes its present size
KIBIBYTE = 2**10
NUM_WARM_UPS = 2  # beyond the first: what TensorFlow keeps of the source changes hands until the third dataset
NUM_BATCHES = 4  # pulled before the reading: the buffers are full, fused maps and prefetches have their threads
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
        if tf.config.get_visible_devices("GPU"):  # of a hidden one there is nothing to tell
            tf.config.experimental.reset_memory_stats("GPU:0")

    def read_status_bytes(self, name: str) -> int | None:
        """VmRSS or VmHWM of /proc/self/status."""
        try:
            lines = (self._proc / "status").read_text(encoding="utf-8").splitlines()
            return next(int(line.split()[1]) * KIBIBYTE for line in lines if line.startswith(f"{name}:"))
        except (OSError, ValueError, IndexError, StopIteration):
            return None

    def read_gpu_peak_bytes(self) -> int | None:
        """The most that TensorFlow's allocator had in use on the GPU since `reset_peak`; None without one."""
        if not tf.config.get_visible_devices("GPU"):
            return None
        return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])

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


class Holding(OpensDataset, PredictsBytes, Protocol):
    """A subject whose bytes can be read and predicted."""


def build(_case: Case, opened: Holding, tools: Tools) -> HeapReader:
    """What reads the memory of a case."""
    return HeapReader(opened, Heap(), tools.clock)


class HeapReader:
    """Reads what a subject's pipeline holds.

    Args:
        opened: The subject.
        heap: This process's memory.
        clock: The clock of the readings over time.
    """

    def __init__(self, opened: Holding, heap: Heap, clock: Clock) -> None:
        self._opened, self._heap, self._clock = opened, heap, clock

    def find_placement(self) -> None:
        """None: nothing but the pipeline runs."""

    def read_memory(self) -> Memory:
        """What the pipeline holds over all examples, and what is predicted of it."""
        heap, opened = self._heap, self._opened
        source_bytes = self._read_source_bytes()
        for _ in range(NUM_WARM_UPS):
            next(iter(opened.build_without_buffers()))
        heap.trim()
        heap.reset_peak()
        resident = heap.read_status_bytes("VmRSS")
        dataset = opened.build()
        next(iter(tf.data.Dataset.range(1)))  # releases the copy of the source that the making of a dataset leaves
        built = heap.read_live_bytes()
        with HeapWatch(heap.read_live_bytes, self._clock) as watch:
            iterator = self._hold(dataset)
            held, peak = heap.read_settled_bytes(), heap.read_status_bytes("VmHWM")
            gpu_peak = heap.read_gpu_peak_bytes()
            del iterator, dataset
            gc.collect()
        kept = heap.read_status_bytes("VmRSS")
        heap.trim()
        return Memory(
            predicted_bytes=opened.predict_live_bytes(),
            live_bytes=_difference(held, built),
            peak_bytes=_difference(peak, resident),
            kept_bytes=_difference(kept, resident),
            kept_after_trim_bytes=_difference(heap.read_status_bytes("VmRSS"), resident),
            gpu_peak_bytes=gpu_peak,
            source_bytes=source_bytes,
            series=watch.read_series(),
        )

    def _read_source_bytes(self) -> int | None:
        """Resident bytes, at most, that making the first dataset of a process and taking its first batch adds.

        Only the first one shows them: TensorFlow keeps what it copied then and uses it again for the next.
        """
        next(iter(self._opened.build_without_buffers(tiny=True)))
        self._heap.trim()
        self._heap.reset_peak()
        resident = self._heap.read_status_bytes("VmRSS")
        next(iter(self._opened.build_without_buffers()))
        return _difference(self._heap.read_status_bytes("VmHWM"), resident)

    def _hold(self, dataset: tf.data.Dataset) -> tf.data.Iterator:
        """An iterator at the moment when the pipeline holds most: caches are filled, and so are all buffers."""
        if self._opened.fills_cache:
            for _ in dataset.take(self._opened.num_batches):
                pass  # a whole pass; a cache that is not filled to its end is thrown away
        iterator = iter(dataset)
        for _, _batch in zip(range(NUM_BATCHES), iterator, strict=False):
            pass
        return iterator


def _difference(after: int | None, before: int | None) -> int | None:
    return None if after is None or before is None else max(0, after - before)
