"""One turn: what is read from the clock when, and what is counted. The clock is a fake, the pipeline is real."""

import itertools

import pytest

from bench.harness.cases import Case
from bench.harness.measure import Drain
from mnist_core.digits import Digits
from mnist_core.errors import InputError
from mnist_core.named_orderings import NAMED_ORDERINGS
from mnist_core.ordering import parse_ordering
from mnist_core.spec import PipelineSpec
from reports.record import Sample


class FakeClock:
    """Wall time moves by 10, 20, 30 ... ns from reading to reading, CPU time by 5 ns."""

    def __init__(self) -> None:
        self._wall = itertools.accumulate(itertools.count(0, 10))
        self._cpu = itertools.count(1000, 5)

    def wall_ns(self) -> int:
        return next(self._wall)

    def cpu_ns(self) -> int:
        return next(self._cpu)


def drain(text: str, digits: Digits, clock=None) -> Drain:
    return Drain(Case("x", PipelineSpec(parse_ordering(text))), digits, clock)


def test_a_turn_reads_the_clock_at_the_start_the_first_batch_and_the_end(digits: Digits) -> None:
    measured = drain("map().batch(32)", digits, FakeClock())
    assert measured.measure_turn() == Sample(wall_ns=30, cpu_ns=5, first_batch_ns=10, num_examples=200)
    # readings at 0, 10, 30, then 60, 100, 150
    assert measured.measure_turn() == Sample(wall_ns=90, cpu_ns=5, first_batch_ns=40, num_examples=200)


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
def test_examples_are_counted_as_they_arrive(text: str, num_examples: int, digits: Digits) -> None:
    assert drain(text, digits).measure_turn().num_examples == num_examples


@pytest.mark.parametrize("named", NAMED_ORDERINGS.values(), ids=lambda named: named.name)
def test_every_named_ordering_delivers_a_whole_epoch_in_every_turn(named, digits: Digits) -> None:
    measured = Drain(Case(named.name, PipelineSpec(named.ordering)), digits)
    samples = [measured.measure_turn() for _ in range(2)]
    assert [sample.num_examples for sample in samples] == [200, 200]
    assert all(0 < sample.first_batch_ns < sample.wall_ns for sample in samples)


def test_an_ordering_without_a_batch_is_refused(digits: Digits) -> None:
    with pytest.raises(InputError, match="gives no batch"):
        drain("map().batch(201, drop_remainder=True)", digits)
