"""What a pipeline holds: live bytes on the heap, the peak of resident memory, and what the allocator keeps afterwards.

Runs inside a worker that measures nothing else, so that neither measurement disturbs the other.
"""

from __future__ import annotations

import gc
import itertools
from typing import Protocol

import tensorflow as tf

from bench.consumers.meter import Tools
from bench.machine.clock import Clock
from bench.machine.heap import Heap, HeapWatch
from bench.pipelines.describe import describe_dataset
from bench.subjects.capabilities import OpensDataset, PredictsBytes
from mnist_core import InputError
from reports.record.case import PIPELINE, Case, Subject
from reports.record.memory import EpochReading, Memory
from reports.record.program import Extent

NUM_WARM_UPS = 2  # beyond the first: what TensorFlow keeps of the source changes hands until the third dataset
NUM_BATCHES = 4  # pulled before the reading: the buffers are full, fused maps and prefetches have their threads
LONGEST_PASS_S = 1.5  # of a pipeline that somebody brought: an epoch that takes longer, or has no end, is cut there
PASSES_S = 10.0  # for all passes, once there are the fewest
FEWEST_PASSES, MOST_PASSES = 8, 24  # a slope needs six readings, and the first passes settle
NANOSECONDS = 1_000_000_000  # in a second
SOURCES = ("from_tensor_slices", "from_tensors")  # stages whose arrays are there before anything is iterated


class DeviceHeap(Heap):
    """This process's memory, and that of its GPU."""

    def reset_peak(self) -> None:
        """Forget the peaks so far."""
        super().reset_peak()
        if tf.config.get_visible_devices("GPU"):  # of a hidden one there is nothing to tell
            tf.config.experimental.reset_memory_stats("GPU:0")

    def read_gpu_peak_bytes(self) -> int | None:
        """The most that TensorFlow's allocator had in use on the GPU since `reset_peak`; None without one."""
        if not tf.config.get_visible_devices("GPU"):
            return None
        return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])


class Holding(OpensDataset, PredictsBytes, Protocol):
    """A subject whose bytes can be read and predicted."""


def build(case: Case, opened: OpensDataset, tools: Tools) -> HeapReader | EpochHeapReader:
    """What reads the memory of a case: of one whose bytes are predicted all at once, of any other over its epochs."""
    if isinstance(opened, PredictsBytes):
        return HeapReader(opened, DeviceHeap(), tools.clock)
    return EpochHeapReader(case.name, opened, DeviceHeap(), tools.clock)


class HeapReader:
    """Reads what a subject's pipeline holds.

    Args:
        opened: The subject.
        heap: This process's memory.
        clock: The clock of the readings over time.
    """

    def __init__(self, opened: Holding, heap: DeviceHeap, clock: Clock) -> None:
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
        built = heap.read_settled_bytes()
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


class EpochHeapReader:
    """Reads what a person's pipeline holds, and whether that grows from epoch to epoch.

    Args:
        name: What the user calls the pipeline.
        opened: The pipeline.
        heap: This process's memory.
        clock: The clock of the readings over time, and of the passes' limits.
    """

    def __init__(self, name: str, opened: OpensDataset, heap: DeviceHeap, clock: Clock) -> None:
        self._name, self._opened, self._heap, self._clock = name, opened, heap, clock
        self._num_batches: int | None = None

    def find_placement(self) -> None:
        """None: nothing but the pipeline runs."""

    def fix_batches(self, num_batches: int) -> None:
        """Let the first pass take so many batches, however long that takes, and let no other follow the reading."""
        self._num_batches = num_batches

    def read_memory(self) -> Memory:
        """What the pipeline holds when it holds most, and what is left of it after every epoch.

        The prediction and the first batch of the same stages with small buffers come before: what TensorFlow keeps for
        good is there then. A first pass fills caches; buffers are full a few batches into the second.
        """
        heap = self._heap
        dataset = self._opened.build()
        predicted = self._predict()
        next(iter(self._opened.build_sample()), None)
        heap.trim()
        heap.reset_peak()
        resident = heap.read_status_bytes("VmRSS")
        built = heap.read_settled_bytes()
        with HeapWatch(heap.read_live_bytes, self._clock) as watch:
            extent = self._take_first_pass(dataset)
            iterator = iter(dataset)
            for _ in itertools.islice(iterator, NUM_BATCHES):
                pass
            held, peak = heap.read_settled_bytes(), heap.read_status_bytes("VmHWM")
            gpu_peak = heap.read_gpu_peak_bytes()
            del iterator
        epochs = self._read_epochs(dataset, extent) if self._num_batches is None else ()
        del dataset
        kept = heap.read_status_bytes("VmRSS")
        heap.trim()
        return Memory(
            predicted_bytes=predicted,
            live_bytes=_difference(held, built),
            peak_bytes=_difference(peak, resident),
            kept_bytes=_difference(kept, resident),
            kept_after_trim_bytes=_difference(heap.read_status_bytes("VmRSS"), resident),
            gpu_peak_bytes=gpu_peak,
            series=watch.read_series(),
            epochs=epochs,
            extent=extent,
        )

    def _predict(self) -> int | None:
        """What its buffers and caches will hold, those of a size that nobody knows left out; None if there are none."""
        subject = Subject(PIPELINE, self._name, self._name)
        try:
            stages = describe_dataset(subject, self._opened.build).stages
        except Exception:  # noqa: BLE001  # what cannot be described can be measured all the same, or fails there
            return None
        held = [each.holding for each in stages if each.holding is not None and each.name not in SOURCES]
        known = [each.num_bytes for each in held if each.num_bytes is not None and not each.is_on_disk]
        return sum(known) if known else None

    def _take_first_pass(self, dataset: tf.data.Dataset) -> Extent:
        """An epoch, or as much of it as there is time for or as was fixed.

        Raises:
            InputError: There is nothing in it.
        """
        num_batches, is_cut, limit_ns = 0, False, 0
        for _ in dataset:
            if not num_batches:  # buffers are full now, however long that took
                limit_ns = self._clock.wall_ns() + round(LONGEST_PASS_S * NANOSECONDS)
            elif is_cut := self._ends_pass(num_batches, limit_ns):
                break
            num_batches += 1
        if not num_batches:
            raise InputError(f"{self._name} gives no batch: its dataset is empty.")
        return Extent(num_batches, is_cut)

    def _ends_pass(self, num_batches: int, limit_ns: int) -> bool:
        """True if a pass that has taken so many batches takes no more."""
        return self._clock.wall_ns() > limit_ns if self._num_batches is None else num_batches >= self._num_batches

    def _read_epochs(self, dataset: tf.data.Dataset, extent: Extent) -> tuple[EpochReading, ...]:
        """What is live and resident after each of some passes, when their iterator is gone."""
        limit_ns = self._clock.wall_ns() + round(PASSES_S * NANOSECONDS)
        readings: list[EpochReading] = []
        while len(readings) < MOST_PASSES:
            if len(readings) >= FEWEST_PASSES and self._clock.wall_ns() > limit_ns:
                break
            for _ in itertools.islice(dataset, extent.num_batches if extent.is_cut else None):
                pass
            self._heap.trim()  # else what the allocator keeps to give again would pass for growth
            live, resident = self._heap.read_settled_bytes(), self._heap.read_status_bytes("VmRSS")
            readings.append(EpochReading(live, resident))
        return tuple(readings)


def _difference(after: int | None, before: int | None) -> int | None:
    return None if after is None or before is None else max(0, after - before)
