"""A slot: what it asks its worker, within which limits, and what it says of one that failed."""

import json

import pytest

from bench.cases.selection import build_case
from bench.slots import slot as slots
from bench.slots.slot import Slot
from bench.workers.protocol import Done, Failure, Pin, Start, Stop, TakeTurn, encode
from bench.workers.worker_process import TURN_LIMIT_S, WorkerError
from mnist_core import InputError

START = Start(build_case("post"), "bars.npz")


class FakeWorker:
    made: list["FakeWorker"] = []  # noqa: RUF012  # emptied for every test
    error: Exception | None = None

    def __init__(self, start: Start, context: object, *, turn_limit_s: float) -> None:
        self.turn_limit_s, self.is_open, self.core = turn_limit_s, True, None
        self.introduction = f"hello from {start.name}".encode()
        self.made.append(self)

    def ask(self, request: object) -> bytes:
        if self.error is not None:
            raise self.error
        return encode(request)

    def pin(self, core: int) -> None:
        self.core = core

    def close(self) -> None:
        self.is_open = False


@pytest.fixture
def slot(monkeypatch: pytest.MonkeyPatch) -> Slot:
    monkeypatch.setattr(FakeWorker, "made", [])
    monkeypatch.setattr(FakeWorker, "error", None)
    monkeypatch.setattr(slots, "WorkerProcess", FakeWorker)
    monkeypatch.setattr(slots, "build_context", lambda preloaded: None)
    return Slot()


def test_a_worker_is_started_asked_pinned_and_ended(slot: Slot) -> None:
    assert slot.answer(START) == b"hello from post-default-cpu"
    assert slot.answer(TakeTurn()) == encode(TakeTurn())
    assert [slot.answer(Pin(1)), slot.answer(Stop()), slot.answer(Stop())] == [encode(Done())] * 3
    (worker,) = FakeWorker.made
    assert (worker.core, worker.is_open) == (1, False)


def test_a_second_worker_takes_the_place_of_the_first(slot: Slot) -> None:
    slot.answer(START)
    slot.answer(START)
    assert [worker.is_open for worker in FakeWorker.made] == [False, True]


@pytest.mark.parametrize(("given", "limit_s"), [(None, TURN_LIMIT_S), (2.5, 2.5)])
def test_a_worker_has_the_limit_that_was_asked_for(given: float | None, limit_s: float, slot: Slot) -> None:
    slot.answer(Start(START.case, START.source, turn_limit_s=given))
    assert FakeWorker.made[0].turn_limit_s == limit_s


def test_what_a_failed_worker_printed_is_handed_on(slot: Slot, monkeypatch: pytest.MonkeyPatch) -> None:
    slot.answer(START)
    monkeypatch.setattr(FakeWorker, "error", WorkerError("post: worker ended with 7", "hello\n"))
    told = json.loads(slot.answer(TakeTurn()))
    assert told == {"kind": "Failure", "reason": "post: worker ended with 7", "bad_input": False, "printed": "hello\n"}
    monkeypatch.setattr(FakeWorker, "error", InputError("no digits"))
    assert slot.answer(TakeTurn()) == encode(Failure("no digits", bad_input=True))


def test_without_a_worker_there_is_nothing_to_ask(slot: Slot) -> None:
    assert slot.answer(TakeTurn()) == encode(Failure("no worker was started.", bad_input=False))
