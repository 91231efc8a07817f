"""A pair: who is asked what, and when. The sides are fakes that write down every request."""

from dataclasses import replace

import pytest

from bench.gate.design import PairDesign
from bench.gate.draws import Lot
from bench.gate.pairs import Job, Length, Seat, measure_pair
from bench.slots.process import SlotError
from bench.workers.protocol import Done, FixBatches, Package, Pin, ReadMemory, Ready, Start, Stop, TakeTurn
from reports.gate.record import Failure, Pair, Side
from reports.gate.stages import PairRequest
from reports.record.case import Case, Subject
from reports.record.machine import Setting
from reports.record.memory import Memory
from reports.record.sample import Sample

OLD = Start(Case(Subject("ordering", "old name", "batch(2)")), "bars", Package("mnist_core", "/base"))
NEW = Start(Case(Subject("ordering", "post", "batch(2)")), "bars", Package("mnist_core", "/head"))
OLD_MEMORY, NEW_MEMORY = (replace(each, case=replace(each.case, consumer="memory")) for each in (OLD, NEW))
READY = Ready(Setting("bars", "f" * 64, ()), ())
FIRST, SECOND = Lot(0, "base"), Lot(0, "head")
JOB = Job(PairRequest("post", "gate", "screen", 6), 3, FIRST)


class FakeSide:
    """Answers at once; the n-th turn takes n nanoseconds.

    Args:
        name: in the log.
        log: of the requests of both sides.
        fails_at: how many requests are answered.
        live_bytes: that a memory reading tells; None where the platform tells none.
    """

    def __init__(self, name: str, log: list, fails_at: int = 1000, live_bytes: int | None = 5) -> None:
        self._name, self._log, self._left, self._live_bytes = name, log, fails_at, live_bytes
        self._answers: list = []
        self._turns = 0

    def send(self, request) -> None:
        self._log.append((self._name, request))
        self._answers.append(self._answer(request))

    def _answer(self, request):
        self._left -= 1
        if self._left < 0:
            return SlotError(f"{self._name} broke")
        if isinstance(request, TakeTurn):
            self._turns += 1
            return Sample(self._turns, 1, 1, 10)
        if isinstance(request, ReadMemory):
            return Memory(1, self._live_bytes, None, None, None)
        return READY if isinstance(request, Start) else Done()

    def receive(self, kind):
        answer = self._answers.pop(0)
        if isinstance(answer, SlotError):
            raise answer
        assert isinstance(answer, kind)
        return answer


def seat(base: FakeSide, head: FakeSide):
    return {"base": Seat(base, 1, OLD), "head": Seat(head, 0, NEW)}


def measure(job: Job, num_turns: int = 4, **fails) -> tuple[Pair | Failure, list]:
    log: list = []
    sides = [FakeSide(name, log, fails.get(name, 1000)) for name in ("base", "head")]
    return measure_pair(job, seat(*sides), num_turns), log


def test_both_start_and_warm_up_together_then_take_turns_and_stop() -> None:
    pair, log = measure(JOB)
    turns = [(name, TakeTurn()) for name in ("base", "head", "head", "base", "base", "head", "head", "base")]
    assert log == [
        ("base", OLD),
        ("head", NEW),
        ("base", TakeTurn()),
        ("head", TakeTurn()),
        *turns,
        ("base", Stop()),
        ("head", Stop()),
    ]
    taken = tuple(Sample(number, 1, 1, 10) for number in (2, 3, 4, 5))  # the first was the warm-up
    assert pair == Pair("post", "gate", "screen", 3, "base", Side(1, taken), Side(0, taken))


def test_head_begins_where_the_lot_says_so_and_each_side_begins_as_often() -> None:
    pair, log = measure(Job(PairRequest("post", "control", "confirm", 6), 0, SECOND), num_turns=2)
    assert pair.first == "head"
    assert [name for name, _ in log] == ["head", "base"] * 3 + ["base", "head"] + ["head", "base"]


def test_no_turn_begins_before_the_other_sides_turn_has_ended() -> None:
    open_turns = []

    class Watched(FakeSide):
        def send(self, request) -> None:
            super().send(request)
            if isinstance(request, TakeTurn) and self._turns > 1:
                assert open_turns == []
                open_turns.append(self._name)

        def receive(self, kind):
            if kind is Sample and open_turns:
                assert open_turns.pop() == self._name
            return super().receive(kind)

    measure_pair(JOB, seat(Watched("base", []), Watched("head", [])), 4)


def test_both_are_pinned_to_the_same_core_after_the_warm_up() -> None:
    pair, log = measure(Job(PairRequest("post", "gate", "screen", 6), 0, FIRST, core=7), num_turns=2)
    assert [index for index, (_, request) in enumerate(log) if request == Pin(7)] == [4, 5]
    assert pair.core == 7


def test_memory_is_read_before_any_worker_is_timed() -> None:
    pair, log = measure(Job(PairRequest("post", "gate", "screen", 6, reads_memory=True), 0, FIRST), num_turns=2)
    assert log[:2] == [("base", OLD_MEMORY), ("head", NEW_MEMORY)]
    assert log[2:5] == [("base", ReadMemory()), ("head", ReadMemory()), ("base", OLD)]
    assert (pair.base.live_bytes, pair.head.live_bytes) == (5, 5)


def test_no_turn_is_taken_where_memory_alone_is_gated() -> None:
    pair, log = measure(Job(PairRequest("post", "gate", "screen", 6, takes_turns=False, reads_memory=True), 0, FIRST))
    assert [request for _, request in log] == [OLD_MEMORY, NEW_MEMORY, ReadMemory(), ReadMemory()]
    assert (pair.base.turns, pair.base.live_bytes) == ((), 5)


def test_where_memory_alone_is_gated_and_cannot_be_read_the_pair_fails() -> None:
    job = Job(PairRequest("post", "gate", "screen", 6, takes_turns=False, reads_memory=True), 0, FIRST)
    sides = [FakeSide("base", []), FakeSide("head", [], live_bytes=None)]
    reason = "live memory cannot be read on this platform"
    assert measure_pair(job, seat(*sides), 4) == Failure("post", "gate", "screen", 0, "head", reason)
    measured = measure_pair(replace(job, request=replace(job.request, takes_turns=True)), seat(*sides), 4)
    assert isinstance(measured, Pair)
    assert measured.head.live_bytes is None


def test_a_side_is_told_how_much_to_take_before_memory_is_read_and_before_turns() -> None:
    log: list = []
    sides = [FakeSide(name, log) for name in ("base", "head")]
    seats = {name: replace(each, length=Length(11, 7, leaves_first=True)) for name, each in seat(*sides).items()}
    measure_pair(Job(PairRequest("post", "gate", "screen", 6, reads_memory=True), 0, FIRST), seats, 2)
    of_base = [request for name, request in log if name == "base"]
    assert of_base[:5] == [OLD_MEMORY, FixBatches(7), ReadMemory(), OLD, FixBatches(11)]


@pytest.mark.parametrize(("length", "apart"), [(None, 3), (Length(5, 5, True), 3), (Length(5, 5, False), None)])
def test_a_first_batch_counts_unless_it_is_left_out(length: Length | None, apart: int | None) -> None:
    class Cut(FakeSide):
        def _answer(self, request):
            answer = super()._answer(request)
            return replace(answer, num_set_apart=3) if isinstance(answer, Sample) else answer

    seats = {name: replace(each, length=length) for name, each in seat(Cut("base", []), Cut("head", [])).items()}
    pair = measure_pair(JOB, seats, 2)
    assert {turn.num_set_apart for side in (pair.base, pair.head) for turn in side.turns} == {apart}


@pytest.mark.parametrize("answered", range(7))
@pytest.mark.parametrize("name", ["base", "head"])
def test_a_side_that_breaks_is_named_whenever_it_breaks(name: str, answered: int) -> None:
    job = Job(PairRequest("post", "gate", "confirm", 6), 2, SECOND, core=0)
    failure, _ = measure(job, num_turns=2, **{name: answered})
    expected = Failure("post", "gate", "confirm", 2, name, f"{name} broke")
    assert failure == expected if answered < 6 else isinstance(failure, Pair)


def test_one_failure_is_told_if_both_break() -> None:
    failure, _ = measure(JOB, base=0, head=0)
    assert failure.side == "base"


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        ({"num_turns": 3}, "PairDesign.num_turns must be even and at least 2, got 3."),
        ({"num_turns": 0}, "PairDesign.num_turns must be even and at least 2, got 0."),
        ({"num_examples": 0}, "PairDesign.num_examples must be at least 1, got 0."),
        ({"num_shared_rounds": 0}, "PairDesign.num_shared_rounds must be at least 1, got 0."),
    ],
)
def test_a_design_that_cannot_be_is_refused(choices, reason: str) -> None:
    with pytest.raises(ValueError, match=rf"^{reason}$"):
        PairDesign(**choices)
