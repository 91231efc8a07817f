"""Workers under other interpreters: which slot each gets, what a failure becomes, and what is left at the end."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bench.cases.selection import build_case
from bench.slots import starter
from bench.slots.process import Launch, SlotError
from bench.slots.starter import InterpreterStarter
from bench.workers.protocol import Done, Failure, FixBatches, ReadMemory, Ready, Start, Stop, TakeTurn
from bench.workers.worker_process import START_LIMIT_S, WorkerError
from mnist_core import InputError
from reports.record.case import Case
from reports.record.machine import Setting
from reports.record.memory import Memory
from reports.record.sample import Sample

OLD, NEW = "/old/bin/python", "/new/bin/python"
SAMPLE, MEMORY = Sample(20, 20, 1, 10), Memory(1, 1, None, None, None)
ANSWERS = {Ready: Ready(Setting("bars.npz", "f" * 64, ()), ()), Sample: SAMPLE, Memory: MEMORY, Done: Done()}


class FakeSlot:
    started: list["FakeSlot"] = []  # noqa: RUF012  # emptied for every test
    errors: dict[type, SlotError] = {}  # noqa: RUF012  # likewise: what it answers to a kind of request

    def __init__(self, launch: Launch) -> None:
        self.launch, self.requests, self.limits, self.is_open = launch, [], set(), True
        self.started.append(self)

    def send(self, request: object) -> None:
        assert self.is_open
        self.requests.append(request)

    def receive(self, kind: type, *, limit_s: float) -> object:
        self.limits.add(limit_s)
        if error := self.errors.get(type(self.requests[-1])):
            raise error
        return ANSWERS[kind]

    def close(self) -> None:
        self.is_open = False


@pytest.fixture
def slots(monkeypatch: pytest.MonkeyPatch) -> list[FakeSlot]:
    monkeypatch.setattr(FakeSlot, "started", [])
    monkeypatch.setattr(FakeSlot, "errors", {})
    monkeypatch.setattr(starter, "SlotProcess", FakeSlot)
    return FakeSlot.started


@pytest.fixture
def start(tmp_path: Path) -> Iterator[InterpreterStarter]:
    with closing(InterpreterStarter("auto", 12, turn_limit_s=300.0, scratch=tmp_path, hash_seed=7)) as starting:
        yield starting


def make_case(name: str, python: str = OLD) -> Case:
    case = build_case(name)
    return replace(case, subject=replace(case.subject, python=python))


def test_workers_that_live_together_have_a_slot_each_and_later_ones_take_over(
    start: InterpreterStarter, slots: list[FakeSlot]
) -> None:
    first, second = start(make_case("post")), start(make_case("batch_before_map"))
    first.close()
    first.close()
    third, fourth = start(make_case("no_prefetch")), start(make_case("no_prefetch", NEW))
    assert [slot.launch.python for slot in slots] == [Path(OLD), Path(OLD), Path(NEW)]
    assert [type(request) for request in slots[0].requests] == [Start, Stop, Start]
    assert len({slot.launch.log for slot in slots}) == 3
    for worker in (second, third, fourth):
        worker.close()
    start.close()
    assert not any(slot.is_open for slot in slots)


def test_a_worker_runs_where_the_person_is_on_the_digits_of_the_first(
    start: InterpreterStarter, slots: list[FakeSlot], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "mine:/theirs:")
    cases = [make_case("post"), make_case("batch_before_map")]
    for case in cases:
        start(case)
    asked = [slot.requests[0] for slot in slots]
    assert asked == [
        Start(case, source, memory_limit_bytes=12, run_in=str(tmp_path), turn_limit_s=300.0)
        for case, source in zip(cases, ("auto", "bars.npz"), strict=True)
    ]
    launch = slots[0].launch
    assert (launch.hash_seed, launch.scratch) == (7, tmp_path)
    assert launch.search_path == (str(tmp_path / "mine"), "/theirs")
    assert slots[0].limits == {START_LIMIT_S + 5.0 + 300.0}, "the slot's own limits end first"


def test_what_is_asked_for_comes_back_as_it_is(start: InterpreterStarter, slots: list[FakeSlot]) -> None:
    worker = start(make_case("post"))
    assert worker.ready is ANSWERS[Ready]
    assert (worker.measure_turn(), worker.measure_memory()) == (SAMPLE, MEMORY)
    worker.fix_batches(3)
    assert slots[0].requests[1:] == [TakeTurn(), ReadMemory(), FixBatches(3)]


def test_a_worker_that_fails_leaves_its_slot_to_the_next(start: InterpreterStarter, slots: list[FakeSlot]) -> None:
    reason = "post-default-cpu: worker was killed by SIGKILL"
    FakeSlot.errors[TakeTurn] = SlotError(reason, Failure(reason, bad_input=False, printed="hello\n"))
    worker = start(make_case("post"))
    with pytest.raises(WorkerError, match=f"^{reason}$") as caught:
        worker.measure_turn()
    assert caught.value.printed == "hello\n"
    with pytest.raises(WorkerError, match=r"post-default-cpu: it has ended\."):
        worker.measure_turn()
    start(make_case("post"))
    assert len(slots) == 1


def test_bad_input_is_bad_for_all(start: InterpreterStarter, slots: list[FakeSlot]) -> None:
    FakeSlot.errors[Start] = SlotError("no digits", Failure("no digits", bad_input=True))
    with pytest.raises(InputError, match="^no digits$"):
        start(make_case("post"))
    assert slots[0].is_open


def test_a_slot_that_is_gone_is_no_longer_used(start: InterpreterStarter, slots: list[FakeSlot]) -> None:
    FakeSlot.errors[TakeTurn] = SlotError("the process of a slot ended: Illegal instruction.")
    worker = start(make_case("post"))
    with pytest.raises(WorkerError, match=r"^post-default-cpu: the process of a slot ended: Illegal instruction\.$"):
        worker.measure_turn()
    FakeSlot.errors[Stop] = SlotError("the process of a slot ended: exit code 3.")
    start(make_case("post")).close()
    start(make_case("post"))
    assert [slot.is_open for slot in slots] == [False, False, True]


@pytest.mark.process
def test_without_an_interpreter_a_worker_is_forked_here(digits_file: str, tmp_path: Path) -> None:
    case = build_case("batch_before_map", num_examples=64)
    with (
        closing(InterpreterStarter(digits_file, turn_limit_s=60.0, scratch=tmp_path, hash_seed=7)) as starting,
        closing(starting(case)) as worker,
    ):
        assert worker.measure_turn().num_examples == 64
    assert list(tmp_path.glob("*.log")) == []
