"""One turn: what is read when, what is counted, who computes. The clock is a fake, the pipeline is real."""

import itertools
from typing import Any

import pytest
from meters import make_meter

from bench.cases.devices import build_inference_case
from bench.cases.selection import build_case
from bench.machine.device import ComputeDevice
from bench.machine.pressure import Pressure
from bench.subjects.orderings import describe_ordering
from mnist_core.digits.load import Digits
from mnist_core.language.errors import InputError
from mnist_core.language.named_orderings import NAMED_ORDERINGS
from mnist_core.language.ordering import parse_ordering
from mnist_core.language.spec import PipelineSpec
from reports.record.case import Case, Fitting
from reports.record.sample import Sample


class FakeClock:
    """Wall time moves by 10, 20, 30 ... ns from reading to reading, CPU time by 5 ns, a sleep by itself."""

    def __init__(self) -> None:
        self._now_ns, self._step_ns = 0, itertools.count(0, 10)
        self._cpu = itertools.count(1000, 5)
        self.slept_s: list[float] = []

    def wall_ns(self) -> int:
        self._now_ns += next(self._step_ns)
        return self._now_ns

    def cpu_ns(self) -> int:
        return next(self._cpu)

    def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self._now_ns += round(seconds * 1e9)


def no_pressure() -> Pressure:
    return Pressure(None, None, None)


def meter(text: str, digits: Digits, clock=None, pressure=no_pressure, **choices) -> Any:
    case = Case(describe_ordering("x", PipelineSpec(parse_ordering(text))), **choices)
    return make_meter(case, digits, clock, pressure=pressure)


def test_a_turn_reads_the_clock_at_the_start_the_first_batch_and_the_end(digits: Digits) -> None:
    measured = meter("map().batch(32)", digits, FakeClock())
    cpu = {"cpu_ns": 10, "first_batch_cpu_ns": 5}
    assert measured.measure_turn() == Sample(wall_ns=30, first_batch_ns=10, num_examples=200, **cpu)
    # readings at 0, 10, 30, then 60, 100, 150
    assert measured.measure_turn() == Sample(wall_ns=90, first_batch_ns=40, num_examples=200, **cpu)


class Ordered:
    """A clock and a device that note in which order they are read and waited for."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def wall_ns(self) -> int:
        self.log.append("wall")
        return len(self.log)

    def cpu_ns(self) -> int:
        return 0

    def sleep(self, seconds: float) -> None:
        self.log.append("sleep")

    def wait(self) -> None:
        self.log.append("wait")


TURN = ["wait", "wall", "wait", "wall"]  # the beginning, the first batch


@pytest.mark.parametrize(
    ("consumer", "expected"),
    [
        ("drain", [*TURN, "wait", "wall"]),
        ("python", [*TURN, "wait", "wall"]),
        ("copy", [*TURN, "wall", "wait", "wall"]),  # what a turn without waiting would have read, then the end
        ("copy_ahead", [*TURN, "wall", "wait", "wall"]),
        ("train", [*TURN, "wall", "wait", "wall"]),
        ("step", [*TURN, *["wall", "wait", "wall"] * 4, "wait", "wall"]),  # each of four steps is waited for
    ],
)
def test_no_clock_is_read_before_the_device_has_been_waited_for(consumer, expected: list[str], digits: Digits) -> None:
    ordered = Ordered()
    device = ComputeDevice("CPU:0", ordered.wait)
    case = Case(describe_ordering("x", PipelineSpec(parse_ordering("map().batch(50)"))), consumer)
    sample = make_meter(case, digits, ordered, pressure=no_pressure, device=device).measure_turn()
    assert ordered.log == expected
    assert (sample.unsynced_ns is None) == (expected[4:] == ["wait", "wall"] or consumer == "step")


def test_an_emulated_step_has_ended_when_its_sleep_is_over(digits: Digits) -> None:
    ordered = Ordered()
    case = Case(describe_ordering("x", PipelineSpec(parse_ordering("map().batch(100)"))), "emulated", step_ms=2.0)
    make_meter(case, digits, ordered, pressure=no_pressure, device=ComputeDevice("CPU:0", ordered.wait)).measure_turn()
    assert ordered.log == [*TURN, *["wall", "sleep", "wall"] * 2, "wait", "wall"]


FIT = Case(describe_ordering("x", PipelineSpec(parse_ordering("map().batch(100)"))), "fit", fitting=Fitting())


@pytest.mark.parametrize("case", [FIT, build_inference_case("mlp", 512)], ids=lambda case: case.consumer)
def test_fit_and_predictions_wait_too(case: Case, digits: Digits) -> None:
    ordered = Ordered()
    make_meter(case, digits, ordered, pressure=no_pressure, device=ComputeDevice("CPU:0", ordered.wait)).measure_turn()
    between = [] if case is FIT else ["wait", "wall", "wall"]  # the first answer, and the last call's return
    assert ordered.log == ["wait", "wall", *between, "wait", "wall"]


def test_a_device_that_is_slow_makes_the_turn_longer_and_not_what_is_read_without_waiting(digits: Digits) -> None:
    clock = FakeClock()

    def finish() -> None:
        clock.sleep(1e-6)  # the work that is still queued takes 1000 ns more

    case = Case(describe_ordering("x", PipelineSpec(parse_ordering("map().batch(50)"))), "train")
    sample = make_meter(case, digits, clock, pressure=no_pressure, device=ComputeDevice("CPU:0", finish)).measure_turn()
    # read at 1000 + 0 (begin), 1000 + 10 later (first), 20 later (returned), 1000 + 30 later (end)
    assert (sample.first_batch_ns, sample.unsynced_ns, sample.wall_ns) == (1010, 1030, 2060)


@pytest.mark.parametrize("consumer", ["drain", "python"])
@pytest.mark.parametrize(
    ("text", "num_examples"),
    [
        ("map().batch(200)", 200),  # the first batch is the only one
        ("map().batch(199)", 200),
        ("map().batch(64, drop_remainder=True)", 192),
        ("map().batch(32).repeat()", 200),
        ("map().repeat().batch(64)", 256),  # the fourth batch runs into the next pass
        ("map().batch(32).repeat(3)", 200),
    ],
)
def test_examples_are_counted_as_they_arrive(consumer, text: str, num_examples: int, digits: Digits) -> None:
    sample = meter(text, digits, consumer=consumer).measure_turn()
    assert (sample.num_examples, sample.busy_ns) == (num_examples, None)


def test_an_epoch_can_be_the_beginning_of_the_data(digits: Digits) -> None:
    assert meter("map().batch(32)", digits, num_examples=100).measure_turn().num_examples == 100
    assert meter("map().batch(32)", digits, num_examples=10_000).measure_turn().num_examples == 200


@pytest.mark.parametrize("arm", ["default", "raw", "without_map_and_batch_fusion"])
@pytest.mark.parametrize("name", NAMED_ORDERINGS)
def test_every_named_ordering_delivers_a_whole_epoch_in_every_turn_of_every_arm(name, arm, digits: Digits) -> None:
    measured = make_meter(build_case(name, arm=arm), digits)
    samples = [measured.measure_turn() for _ in range(2)]
    assert [sample.num_examples for sample in samples] == [200, 200]
    assert all(0 < sample.first_batch_ns < sample.wall_ns for sample in samples)


def test_an_emulated_accelerator_sleeps_for_every_batch_and_is_busy_so_long(digits: Digits) -> None:
    clock = FakeClock()
    sample = meter("map().batch(64)", digits, clock, consumer="emulated", step_ms=2.0).measure_turn()
    assert clock.slept_s == [0.002] * 4
    assert sample.num_examples == 200
    # around each sleep the fake clock itself moves by 30, 50, 70 and 90 ns: begin at 0 + 10 + 20, end 30 later ...
    assert sample.busy_ns == 4 * 2_000_000 + 30 + 50 + 70 + 90
    assert sample.wall_ns > sample.busy_ns


def test_a_training_step_is_a_real_one(digits: Digits) -> None:
    sample = meter("map().batch(64)", digits, consumer="step").measure_turn()
    assert sample.num_examples == 200
    assert 0 < sample.busy_ns < sample.wall_ns


@pytest.mark.parametrize(
    ("foreign_ns", "contaminated"),
    [(0, False), (None, False), (10**12, True)],
)
def test_what_others_did_meanwhile_is_noted_and_judged(foreign_ns, contaminated: bool, digits: Digits) -> None:
    busy = iter([1000, 1000 + 10 + foreign_ns] if foreign_ns is not None else [None, None])

    def pressure() -> Pressure:
        return Pressure(next(busy), 100, 3)

    long = {"consumer": "emulated", "step_ms": 100.0}  # four batches: a turn long enough to be judged
    sample = meter("map().batch(64)", digits, FakeClock(), pressure, **long).measure_turn()
    assert sample.foreign_cpu_ns == foreign_ns
    assert (sample.run_queue_wait_ns, sample.involuntary_switches) == (0, 0)
    assert sample.contaminated is contaminated


def test_an_ordering_without_a_batch_is_refused(digits: Digits) -> None:
    with pytest.raises(InputError, match="gives no batch"):
        meter("map().batch(201, drop_remainder=True)", digits)
