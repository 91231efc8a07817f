"""How long a turn is: whole epochs where they are short, else the same number of batches on both sides."""

import pytest

from bench.consumers.meter import MOST_BATCHES
from bench.gate.pairs import Length, Seat
from bench.gate.pipelines.lengths import Lengths, Rate, choose_lengths, estimate_rate, measure_lengths
from bench.workers.protocol import Done, FixBatches, Pin, Ready, Start, Stop, TakeTurn, WarmedUp, WarmUp
from reports.record.case import Case, Subject
from reports.record.machine import Setting
from reports.record.program import Extent
from reports.record.sample import Sample

START = Start(Case(Subject("pipeline", "make", "data.py:make")), "auto")
MS = 1_000_000


def rate(num_batches: int, batch_ms: float, *, is_cut: bool = False, begin_ms: float = 0.0) -> Rate:
    return Rate(num_batches, is_cut, begin_ms / 1000, batch_ms / 1000)


def choose(base: Rate, head: Rate) -> Lengths:
    return choose_lengths({"base": base, "head": head})


def test_short_epochs_are_taken_whole_up_to_their_end() -> None:
    assert choose(rate(25, 10), rate(12, 20)) == Lengths(None, MOST_BATCHES)


def test_a_long_epoch_on_either_side_cuts_both_to_what_the_slower_one_gives() -> None:
    cut = Lengths(6, MOST_BATCHES, leaves_first=True)
    assert choose(rate(50, 10), rate(50, 20)) == cut
    assert choose(rate(50, 20), rate(50, 10)) == cut


def test_the_filling_of_buffers_counts_for_the_length_of_an_epoch() -> None:
    assert choose(rate(10, 10, begin_ms=150), rate(10, 10, begin_ms=150)).cut_at is None
    assert choose(rate(10, 10, begin_ms=200), rate(100, 10)).cut_at == 10


@pytest.mark.parametrize(
    ("begin_ms", "cut_at", "leaves_first"),
    [
        (0, 11, True),
        (110, 11, True),  # of an epoch of 1100 ms
        (112, 23, False),
        (500, 100, False),
        (5000, 100, False),
    ],
)
def test_a_first_batch_with_much_of_the_epochs_work_counts_and_makes_a_turn_longer_up_to_a_second(
    begin_ms: int, cut_at: int, leaves_first: bool
) -> None:
    slow, quick = rate(100, 10, begin_ms=begin_ms), rate(100, 10)
    expected = Lengths(cut_at, MOST_BATCHES, leaves_first)
    assert choose(slow, slow) == expected
    assert choose(slow, quick).leaves_first == choose(quick, slow).leaves_first == leaves_first


def test_what_has_no_end_is_cut_however_fast_it_is_and_memory_is_read_after_as_much_of_it() -> None:
    assert choose(rate(50, 1, is_cut=True), rate(50, 1)) == Lengths(50, 50, leaves_first=True)
    assert choose(rate(900, 1), rate(5000, 0, is_cut=True)) == Lengths(101, 101, leaves_first=True)


def test_a_turn_has_a_batch_beside_the_first_one_if_there_is_another() -> None:
    assert choose(rate(3, 5000, is_cut=True), rate(3, 5000, is_cut=True)).cut_at == 2
    assert choose(rate(1, 5000, begin_ms=5000), rate(3, 5000)) == Lengths(1, MOST_BATCHES)


def test_both_sides_are_asked_for_whole_epochs_or_for_as_much() -> None:
    assert Lengths().length == Length(MOST_BATCHES, MOST_BATCHES, leaves_first=False)
    assert Lengths(6, 6, leaves_first=True).length == Length(6, 6, leaves_first=True)


@pytest.mark.parametrize(
    ("sample", "num_tried", "expected"),
    [
        (Sample(110 * MS, 1, 10 * MS, 1), 11, rate(40, 10, begin_ms=10)),
        (Sample(100 * MS, 1, None, 1), 11, rate(40, 10)),
        (Sample(100 * MS, 1, 99 * MS, 1), 1, rate(40, 100)),
        (Sample(110 * MS, 1, 10 * MS, 1, run_queue_wait_ns=55 * MS), 11, rate(40, 5, begin_ms=5)),
        (Sample(110 * MS, 55 * MS, 10 * MS, 1, run_queue_wait_ns=900 * MS), 11, rate(40, 5, begin_ms=5)),
        (Sample(110 * MS, 200 * MS, 10 * MS, 1, run_queue_wait_ns=900 * MS), 11, rate(40, 10, begin_ms=10)),
    ],
)
def test_a_rate_is_what_comes_after_the_first_batch(sample: Sample, num_tried: int, expected: Rate) -> None:
    assert estimate_rate(Extent(40), sample, num_tried) == expected


class FakeSide:
    """Gives 100 batches in 4 s at first, and whatever is asked for at 10 ms a batch later."""

    def __init__(self, log: list) -> None:
        self._log, self._request, self._fixed = log, None, 0

    def send(self, request) -> None:
        self._log.append(request)
        self._request = request
        if isinstance(request, FixBatches):
            self._fixed = request.num_batches

    def receive(self, kind):
        if kind is Ready:
            return Ready(Setting("own", "f" * 64, ()), ())
        if kind is WarmedUp:
            return WarmedUp(Sample(4000 * MS, 1, 10 * MS, 1), None, Extent(100))
        if kind is Sample:
            return Sample((self._fixed - 1) * 10 * MS + 5 * MS, 1, 5 * MS, 1)
        assert kind is Done
        return Done()


def test_a_side_is_warmed_pinned_and_then_tried_for_a_second() -> None:
    base, head = [], []
    seats = {"base": Seat(FakeSide(base), 0, START), "head": Seat(FakeSide(head), 1, START)}
    assert measure_lengths(seats, core=1) == Lengths(11, MOST_BATCHES, leaves_first=True)
    expected = [START, WarmUp(reads_program=False), Pin(1), FixBatches(25), TakeTurn(), TakeTurn(), Stop()]
    assert base == head == expected


def test_without_a_core_nothing_is_pinned() -> None:
    log: list = []
    measure_lengths({name: Seat(FakeSide(log), 0, START) for name in ("base", "head")}, None)
    assert not any(isinstance(each, Pin) for each in log)
