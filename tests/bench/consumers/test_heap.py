"""Live bytes, for real, beside their prediction; and platforms that do not tell."""

import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from meters import read_memory

from bench.cases.selection import build_case
from bench.consumers.heap import FEWEST_PASSES, MOST_PASSES, DeviceHeap, EpochHeapReader
from bench.consumers.meter import MOST_BATCHES
from bench.machine import heap as heap_module
from bench.machine.clock import MachineClock
from bench.machine.heap import Heap
from bench.subjects.opened_pipeline import OpenedPipeline
from bench.subjects.orderings import parse_subject
from bench.workers.fork_server import Worker, build_context
from mnist_core.digits.load import Digits
from mnist_core.language.errors import InputError
from mnist_core.language.live_bytes import predict_live_bytes
from mnist_core.language.named_orderings import NAMED_ORDERINGS
from reports.record.memory import Memory
from reports.record.program import Extent

NEEDS_MALLINFO = pytest.mark.skipif(Heap().read_live_bytes() is None, reason="needs mallinfo2: glibc 2.33 or newer")
WITHIN = 0.05
BOOKKEEPING_BYTES = 4 * 2**20  # threads, iterators and kernels, whatever the number of digits; some 1.5 MiB here


def read_in_a_worker(name: str, source: str) -> Memory:
    with Worker(build_case(name, "memory"), source, build_context()) as worker:
        return worker.measure_memory()


@pytest.mark.process
@NEEDS_MALLINFO
@pytest.mark.parametrize("name", ["map_after_shuffle", "map_before_shuffle", "cache_before_map", "cache_after_map"])
def test_the_prediction_is_within_5_percent_on_real_mnist(name: str, real_mnist_path: Path) -> None:
    memory = read_in_a_worker(name, str(real_mnist_path))
    assert memory.predicted_bytes == pytest.approx(memory.live_bytes, rel=WITHIN)
    assert memory.peak_bytes >= 0.9 * memory.live_bytes
    assert memory.kept_after_trim_bytes <= memory.kept_bytes


@pytest.mark.process
@NEEDS_MALLINFO
def test_the_prediction_is_within_5_percent_on_drawn_pictures(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (60000, 28, 28), dtype=np.uint8)
    labels = generator.integers(0, 10, 60000, dtype=np.uint8)
    np.savez(tmp_path / "n.npz", x_train=images, y_train=labels, x_test=images[:1], y_test=labels[:1])
    after, before = (
        read_in_a_worker(name, str(tmp_path / "n.npz")) for name in ("map_after_shuffle", "map_before_shuffle")
    )
    for memory in (after, before):
        assert memory.predicted_bytes == pytest.approx(memory.live_bytes, rel=WITHIN)
    assert before.live_bytes / after.live_bytes == pytest.approx(3.9, abs=0.2)  # the post's point, in live bytes


@pytest.mark.process  # a heap in which no earlier test has left anything to give back meanwhile
@NEEDS_MALLINFO
@pytest.mark.parametrize("name", NAMED_ORDERINGS)
def test_every_named_ordering_can_be_read(name: str, digits_file: str) -> None:
    memory = read_in_a_worker(name, digits_file)
    assert memory.predicted_bytes == predict_live_bytes(parse_subject(build_case(name, "memory").subject), 200)
    assert memory.live_bytes >= (1 - WITHIN) * memory.predicted_bytes
    assert memory.live_bytes - memory.predicted_bytes < BOOKKEEPING_BYTES


class PlantedHeap(DeviceHeap):
    """Gives the readings of a made-up process, and notes what it is told to do."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self._settled = iter([70_000, 77_000])  # what is let go of the warm-ups late is no part of what is held
        self._readings = {"VmRSS": iter([100, 1000, 5000, 3000]), "VmHWM": iter([150, 9000])}

    def read_live_bytes(self) -> int:
        return 99_000

    def read_settled_bytes(self) -> int:
        return next(self._settled)

    def read_status_bytes(self, name: str) -> int:
        self.done.append(name)
        return next(self._readings[name])

    def reset_peak(self) -> None:
        self.done.append("reset")

    def trim(self) -> None:
        self.done.append("trim")

    def read_gpu_peak_bytes(self) -> int:
        return 13


@pytest.mark.parametrize("name", ["post", "cache_after_map"])
def test_each_reading_is_beyond_the_one_before_it_in_the_same_state(name: str, digits: Digits) -> None:
    heap = PlantedHeap()
    memory = read_memory(build_case(name, "memory"), digits, heap)
    assert replace(memory, predicted_bytes=0, reading_ns=0, series=()) == Memory(
        predicted_bytes=0,
        live_bytes=7_000,
        peak_bytes=8_000,
        kept_bytes=4_000,
        kept_after_trim_bytes=2_000,
        gpu_peak_bytes=13,
        source_bytes=50,
    )
    source = ["trim", "reset", "VmRSS", "VmHWM"]
    assert heap.done == [*source, "trim", "reset", "VmRSS", "VmHWM", "VmRSS", "trim", "VmRSS"]


def test_a_platform_that_does_not_tell_is_no_error(
    digits: Digits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heap_module, "_find_mallinfo", lambda: None)
    memory = read_memory(build_case("post", "memory"), digits, DeviceHeap(tmp_path / "no-proc"))
    told = (memory.live_bytes, memory.peak_bytes, memory.kept_bytes, memory.kept_after_trim_bytes)
    assert told == (None, None, None, None)
    assert memory.predicted_bytes > 0


def test_status_is_read_in_bytes(tmp_path: Path) -> None:
    (tmp_path / "status").write_text("VmPeak:\t  99 kB\nVmHWM:\t    12 kB\nVmRSS:\tmany kB\n")
    heap = Heap(tmp_path)
    assert heap.read_status_bytes("VmHWM") == 12 * 1024
    assert heap.read_status_bytes("VmRSS") is None
    assert heap.read_status_bytes("VmSwap") is None


def test_the_gpu_is_asked_only_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    config = tf.config
    monkeypatch.setattr(config, "get_visible_devices", lambda kind: [kind])
    monkeypatch.setattr(config.experimental, "reset_memory_stats", asked.append)
    monkeypatch.setattr(config.experimental, "get_memory_info", lambda device: {"current": 5, "peak": 7})
    heap = DeviceHeap()
    heap.reset_peak()
    assert asked == ["GPU:0"]
    assert heap.read_gpu_peak_bytes() == 7


def test_settled_means_that_nothing_grows_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = iter([1, 2, 3, *[4] * 100])
    heap = Heap()
    monkeypatch.setattr(heap, "read_live_bytes", lambda: next(readings))
    assert heap.read_settled_bytes() == 4
    assert len(list(readings)) > 50, "it stops soon after"


@pytest.mark.process  # the fork server
def test_workers_are_forked_where_fork_exists() -> None:
    assert build_context().get_start_method() == (
        "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    )


class CountedHeap(DeviceHeap):
    """Grows by so many bytes with every reading that waits until all is settled."""

    def __init__(self, step_bytes: int) -> None:
        super().__init__()
        self._step_bytes, self._num_read = step_bytes, 0

    def read_live_bytes(self) -> int:
        return 1000

    def read_settled_bytes(self) -> int:
        self._num_read += 1
        return 1000 + self._step_bytes * self._num_read

    def read_status_bytes(self, name: str) -> int:
        return {"VmRSS": 5000, "VmHWM": 7000}[name]


class Ticks(MachineClock):
    """Every look at it takes so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._now_ns, self._step_ns = 0, round(seconds * 1e9)

    def wall_ns(self) -> int:
        self._now_ns += self._step_ns
        return self._now_ns


def read_epochs(make: Callable[[], tf.data.Dataset], seconds: float) -> Memory:
    opened = OpenedPipeline("mine.py:mine", make)
    return EpochHeapReader("mine", opened, CountedHeap(10), Ticks(seconds)).read_memory()


def test_a_persons_pipeline_is_read_after_every_epoch() -> None:
    taken: list[int] = []
    counted = tf.data.Dataset.range(3).map(
        lambda n: tf.numpy_function(lambda v: (taken.append(int(v)), v)[1], [n], tf.int64)
    )
    memory = read_epochs(lambda: counted, 0.0)
    assert (memory.predicted_bytes, memory.live_bytes, memory.peak_bytes) == (None, 10, 2000)
    assert [each.live_bytes for each in memory.epochs] == [1030 + 10 * place for place in range(MOST_PASSES)]
    assert {each.resident_bytes for each in memory.epochs} == {5000}
    assert memory.extent == Extent(3)
    assert taken.count(2) >= 1 + MOST_PASSES, "each epoch is taken to its end"


def test_a_pipeline_without_an_end_is_read_in_parts() -> None:
    memory = read_epochs(lambda: tf.data.Dataset.range(3).repeat(), 0.4)  # 1.5 s are over at the fourth look
    assert memory.extent is not None
    assert memory.extent.is_cut
    assert memory.extent.num_batches <= 4
    assert len(memory.epochs) >= FEWEST_PASSES


@pytest.mark.parametrize(("num_batches", "expected"), [(5, Extent(5, is_cut=True)), (MOST_BATCHES, Extent(20))])
def test_a_pass_that_is_fixed_takes_so_many_batches_however_long_and_is_the_only_one(
    num_batches: int, expected: Extent
) -> None:
    opened = OpenedPipeline("mine.py:mine", lambda: tf.data.Dataset.range(20))
    reader = EpochHeapReader("mine", opened, CountedHeap(10), Ticks(30.0))
    reader.fix_batches(num_batches)
    memory = reader.read_memory()
    assert (memory.extent, memory.live_bytes, memory.epochs) == (expected, 10, ())


def test_slow_passes_are_few() -> None:
    memory = read_epochs(lambda: tf.data.Dataset.range(2), 30.0)
    assert len(memory.epochs) == FEWEST_PASSES


def test_an_empty_pipeline_holds_nothing_to_read() -> None:
    with pytest.raises(InputError, match=r"^mine gives no batch: its dataset is empty\.$"):
        read_epochs(lambda: tf.data.Dataset.range(0), 0.0)


def test_what_the_buffers_and_caches_of_a_pipeline_will_hold_is_predicted() -> None:
    def make() -> tf.data.Dataset:
        return tf.data.Dataset.range(50).shuffle(20).cache().batch(10).prefetch(2).prefetch(tf.data.AUTOTUNE)

    assert read_epochs(make, 0.0).predicted_bytes == 20 * 8 + 50 * 8 + 2 * 80
