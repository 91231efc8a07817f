"""A group of cases: warmed up, measured in turns, and a failing one does not stop the others. The workers are fakes."""

import dataclasses
import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from bench.cases.orderings import build_drain_cases, build_memory_cases, build_trace_cases
from bench.cases.selection import Selection
from bench.turns.group import Group, InterruptedGroupError, measure_group
from bench.turns.readings import capture_traces, measure_memory
from bench.turns.schedule import Budget
from bench.workers.protocol import Ready, WarmedUp
from bench.workers.worker_process import WorkerError
from mnist_core.language.errors import InputError
from reports.record.capture import StepTimes
from reports.record.case import Case
from reports.record.machine import Setting
from reports.record.memory import Memory
from reports.record.program import Extent, Program
from reports.record.record import CaseRecord
from reports.record.sample import Sample

SETTING = Setting("bars", "f" * 64, (("python", "3.11.7"),))
CASES = build_drain_cases(Selection())[1:4]  # the reference and the control are not among them
PROGRAM = Program("BatchV2 > TensorSlice", ())
BUDGET = Budget(1e9, 2, 4)


class FakeWorker:
    """Answers with samples numbered by the turns of the whole group."""

    turns_of_all = 0

    def __init__(self, case: Case, log: list[str], fails_at: int | None = None) -> None:
        self.ready = Ready(SETTING, (f"note on {case.name}", "common note"))
        self._case, self._log, self._fails_at, self._turns = case, log, fails_at, 0

    def warm_up(self) -> WarmedUp:
        return WarmedUp(self.measure_turn(), PROGRAM)

    def measure_memory(self) -> Memory:
        self.measure_turn()
        return Memory(50, 49, None, None, None)

    def capture_trace(self, folder: Path) -> StepTimes:
        self.measure_turn()
        return StepTimes((1,), (1,))

    def measure_turn(self) -> Sample:
        if self._turns == self._fails_at:
            raise WorkerError(f"{self._case.id}: worker was killed by SIGKILL.")
        self._turns += 1
        self._log.append(self._case.name)
        return Sample(wall_ns=len(self._log), cpu_ns=1, first_batch_ns=1, num_examples=200)

    def close(self) -> None:
        self._log.append(f"closed {self._case.name}")


class FakeListener:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.rounds: list[int] = []
        self.starts: list[tuple[str, int, int]] = []
        self.heard: list[str] = []

    def notice(self, line: str) -> None:
        self.lines.append(line)

    detail = notice

    def starting(self, case: Case, number: int, total: int) -> None:
        self.heard.append(f"{case.name} {number}/{total}")

    def started(self, case: Case, number: int, total: int) -> None:
        self.heard.append("started")
        self.starts.append((case.name, number, total))

    def turns_begun(self, budget: Budget, spent_s: float) -> None:
        self.heard.append(f"turns in {budget.seconds:g} s after {spent_s:g} s")

    def round_done(self, number: int, spent_s: float) -> None:
        self.rounds.append(number)


def measure(start_worker, listener=None, budget=BUDGET):
    return measure_group(CASES, start_worker, budget, seed=9, clock_s=lambda: 0.0, listener=listener or FakeListener())


def test_a_warm_up_then_the_same_number_of_turns_for_each() -> None:
    log: list[str] = []
    outcomes = measure(lambda case: FakeWorker(case, log))
    names = [case.name for case in CASES]
    assert log[:3] == names, "every case is warmed up before the first turn counts"
    assert sorted(log[-3:]) == sorted(f"closed {name}" for name in names)
    assert list(outcomes) == [case.id for case in CASES]
    for case in CASES:
        record = outcomes[case.id]
        assert isinstance(record, CaseRecord)
        assert [turn.round for turn in record.turns] == [0, 1, 2, 3]
        assert (record.name, record.ordering, record.device) == (case.name, case.subject.text, "cpu")
        assert (record.setting, record.seed, record.program) == (SETTING, 9, PROGRAM)
        # wall_ns is the place in the log: the record's turns are those of its own worker, the warm-up apart
        places = [record.warm_up.wall_ns, *(turn.sample.wall_ns for turn in record.turns)]
        assert [log[place - 1] for place in places] == [case.name] * 5
        assert [(place - 4) // 3 for place in places[1:]] == [0, 1, 2, 3]
        assert [turn.sample for turn in record.first_epochs] == [record.warm_up]


@pytest.mark.parametrize(
    ("fields", "count"),
    [({}, 1), ({"consumer": "emulated", "step_ms": 2.0}, 1), ({"consumer": "step"}, 0), ({"is_cold": True}, 0)],
)
def test_a_warm_up_that_does_more_than_an_epoch_is_not_the_first(fields: dict[str, object], count: int) -> None:
    case = replace(CASES[0], **fields)
    outcomes = measure_group(
        [case], lambda case: FakeWorker(case, []), BUDGET, seed=9, clock_s=lambda: 0.0, listener=FakeListener()
    )
    record = outcomes[case.id]
    assert isinstance(record, CaseRecord)
    assert len(record.first_epochs) == count


@pytest.mark.parametrize("fails_at", [0, 1, 3])
def test_a_case_that_fails_is_told_and_the_others_go_on(fails_at: int) -> None:
    log: list[str] = []
    broken = CASES[1]
    outcomes = measure(lambda case: FakeWorker(case, log, fails_at if case is broken else None))
    assert str(outcomes[broken.id]) == f"{broken.id}: worker was killed by SIGKILL."
    for case in (CASES[0], CASES[2]):
        record = outcomes[case.id]
        assert isinstance(record, CaseRecord)
        assert len(record.turns) == 4
    assert {f"closed {case.name}" for case in CASES} <= set(log)


def test_a_worker_that_does_not_start_is_one_failure() -> None:
    log: list[str] = []

    def start(case: Case) -> FakeWorker:
        if case is CASES[0]:
            raise WorkerError("no memory")
        return FakeWorker(case, log)

    outcomes = measure(start)
    assert str(outcomes[CASES[0].id]) == "no memory"
    assert isinstance(outcomes[CASES[1].id], CaseRecord)


def test_bad_input_ends_the_group_and_closes_what_was_started() -> None:
    log: list[str] = []

    def start(case: Case) -> FakeWorker:
        if case is CASES[1]:
            raise InputError("x.npz does not exist.")
        return FakeWorker(case, log)

    with pytest.raises(InputError, match="x.npz does not exist"):
        measure(start)
    assert log[-1] == f"closed {CASES[0].name}"


def test_the_listener_hears_of_starts_rounds_and_each_notice_once() -> None:
    listener = FakeListener()
    measure(lambda case: FakeWorker(case, []), listener)
    assert listener.starts == [(case.name, number, 3) for number, case in enumerate(CASES, start=1)]
    assert listener.rounds == [1, 2, 3, 4]
    notices = sorted(["common note", *(f"note on {case.name}" for case in CASES)])
    assert sorted(listener.lines[:-1]) == notices
    assert listener.lines[-1].startswith("the budget ended with 3 of 3 intervals wider than 10% of their median")


def test_the_listener_hears_of_a_case_before_its_worker_is_started_and_when_the_turns_begin() -> None:
    listener, clock = FakeListener(), itertools.count(0.0, 5.0)

    def start(case: Case) -> FakeWorker:
        listener.heard.append(f"starts {case.name}")
        return FakeWorker(case, [])

    budget = Budget(100.0, 2, 2)
    measure_group(CASES[:2], start, budget, seed=0, clock_s=lambda: next(clock), listener=listener)
    first, second = (case.name for case in CASES[:2])
    assert listener.heard == [
        *(f"{first} 1/2", f"starts {first}", "started"),
        *(f"{second} 2/2", f"starts {second}", "started"),
        "turns in 100 s after 5 s",
    ]


def test_start_and_warm_up_count_towards_the_budget() -> None:
    clock = itertools.chain([0.0], itertools.count(100.0))  # the start alone takes 100 s
    log: list[str] = []
    outcomes = measure_group(
        CASES,
        lambda case: FakeWorker(case, log),
        Budget(100.0, 2, 50),
        seed=0,
        clock_s=lambda: next(clock),
        listener=FakeListener(),
    )
    assert {len(record.turns) for record in outcomes.values()} == {2}


class SteadyWorker(FakeWorker):
    """Takes the same time in every turn."""

    def measure_turn(self) -> Sample:
        return dataclasses.replace(super().measure_turn(), wall_ns=1000)


def run_steady(steady: set[str], cases=CASES) -> tuple[dict[str, int], list[str]]:
    log: list[str] = []
    listener = FakeListener()
    outcomes = measure_group(
        cases,
        lambda case: (SteadyWorker if case.name in steady else FakeWorker)(case, log),
        Budget(1e9, 6, 15),
        seed=0,
        clock_s=lambda: 0.0,
        listener=listener,
    )
    return {record.name: len(record.turns) for record in outcomes.values()}, listener.lines


def test_rounds_go_where_the_interval_is_wide() -> None:
    names = [case.name for case in CASES]
    turns, lines = run_steady({names[0]})
    assert turns == {names[0]: 6, names[1]: 15, names[2]: 15}
    assert "2 of 3 intervals wider than 10%" in lines[-1]
    assert names[1] in lines[-1]


def test_the_reference_and_the_control_go_on_as_long_as_any_other_does() -> None:
    cases = [
        case
        for case in build_drain_cases(Selection(arms=["default"]))
        if case.name in ("post", "control", "no_prefetch")
    ]
    turns, _ = run_steady({"post", "control"}, cases)
    assert turns == {"post": 15, "control": 15, "no_prefetch": 15}
    turns, lines = run_steady({"post", "control", "no_prefetch"}, cases)
    assert turns == {"post": 6, "control": 6, "no_prefetch": 6}
    assert not any("budget" in line for line in lines)


def test_memory_is_read_by_one_worker_after_the_other() -> None:
    log: list[str] = []
    cases = build_memory_cases(Selection())[:2]
    listener = FakeListener()
    ticks = itertools.count(0, 0.5)
    outcomes = measure_memory(
        cases,
        lambda case: FakeWorker(case, log, 0 if case is cases[1] else None),
        seed=1,
        clock_s=lambda: next(ticks),
        listener=listener,
    )
    assert f"note on {cases[0].name}" in listener.lines, "where the digits came from is told"
    first = outcomes[cases[0].id]
    assert isinstance(first, CaseRecord)
    assert first.memory == Memory(50, 49, None, None, None, reading_ns=500_000_000)
    assert (first.turns, first.warm_up) == ((), None)
    assert "killed by SIGKILL" in str(outcomes[cases[1].id])
    assert log == [cases[0].name, f"closed {cases[0].name}", f"closed {cases[1].name}"]


def test_a_trace_that_cannot_be_read_back_fails_its_case_alone(tmp_path: Path) -> None:
    log: list[str] = []
    cases = build_trace_cases(Selection())[:2]
    outcomes = capture_traces(cases, lambda case: FakeWorker(case, log), tmp_path, seed=1, listener=FakeListener())
    for case in cases:  # the fakes wrote none
        path = f"{tmp_path}/traces/{case.id}"
        assert str(outcomes[case.id]).startswith(f"{case.id}: {path} does not exist")
    assert log == [text for case in cases for text in (case.name, f"closed {case.name}")]


SECOND = 1_000_000_000


class LengthyWorker(FakeWorker):
    """Its first turn tells how long it is: some batches in some seconds, with an end or without."""

    def __init__(self, case: Case, log: list[str], num_batches: int, seconds: float, *, is_cut: bool) -> None:
        super().__init__(case, log)
        self._extent, self._wall_ns = Extent(num_batches, is_cut), round(seconds * SECOND)

    def warm_up(self) -> WarmedUp:
        return WarmedUp(Sample(self._wall_ns + SECOND, 1, SECOND, 200), PROGRAM, self._extent)

    def fix_batches(self, num_batches: int) -> None:
        self._log.append(f"{self._case.name} takes {num_batches}")


def level(*extents: tuple[int, float, bool]) -> tuple[list[str], list[Extent | None], list[str]]:
    log: list[str] = []
    told = dict(zip((case.id for case in CASES), extents, strict=False))
    listener = FakeListener()

    def start(case: Case) -> FakeWorker:
        num_batches, seconds, is_cut = told[case.id]
        return LengthyWorker(case, log, num_batches, seconds, is_cut=is_cut)

    cases = CASES[: len(extents)]
    outcomes = measure_group(cases, start, BUDGET, seed=1, clock_s=lambda: 0.0, listener=listener)
    fixed = [line.partition(" takes ")[2] for line in log if " takes " in line]
    return fixed, [outcomes[case.id].extent for case in cases], listener.lines


def test_turns_that_are_cut_take_as_many_batches_as_the_slowest_gave() -> None:
    fixed, extents, lines = level((300, 1.5, True), (40, 1.5, True), (7, 0.1, False))
    assert fixed == ["40", "40"]
    assert extents == [Extent(40, is_cut=True), Extent(40, is_cut=True), Extent(7)]
    names = ", ".join(case.id for case in CASES[:2])
    assert f"a turn of {names} is its first 40 batches: it has no end, or an epoch takes too long" in lines


def test_the_fastest_gets_more_where_it_would_be_done_in_no_time() -> None:
    fixed, _, _ = level((150_000, 1.5, True), (100, 1.5, True))  # 10 us and 15 ms a batch
    assert fixed == ["333", "333"], "the slowest takes 5 s at most"
    fixed, _, _ = level((15_000, 1.5, True), (100, 1.5, True))  # 100 us and 15 ms a batch
    assert fixed == ["300", "300"], "30 ms of the fastest"


def test_what_is_cut_takes_as_many_batches_as_an_earlier_group_fixed() -> None:
    log: list[str] = []
    cases = CASES[:2]

    def start(case: Case) -> FakeWorker:
        return LengthyWorker(case, log, 300, 1.5, is_cut=True)

    with Group(cases, start, seed=1, listener=FakeListener(), num_batches=25) as group:
        for case in cases:
            group.take_turn(case.id, 0)
        extents = [outcome.extent for outcome in group.list_outcomes().values()]
    assert extents == [Extent(25, is_cut=True)] * 2
    assert log[:2] == [f"{case.name} takes 25" for case in cases]


def test_a_case_that_is_let_go_keeps_its_turns_and_its_worker_ends_at_once() -> None:
    log: list[str] = []
    first, second = CASES[:2]
    with Group([first, second], lambda case: FakeWorker(case, log), seed=1, listener=FakeListener()) as group:
        for case in (first, second):
            group.take_turn(case.id, 0)
        group.let_go(first.id)
        assert log[-1] == f"closed {first.name}"
        assert group.ids == [second.id]
        for case in (first, second):
            group.take_turn(case.id, 1)
        outcomes = group.list_outcomes()
    assert [[turn.round for turn in outcomes[case.id].turns] for case in (first, second)] == [[0], [0, 1]]


def test_whole_epochs_are_left_as_they_are() -> None:
    fixed, extents, _ = level((7, 0.1, False), (9, 0.1, False))
    assert (fixed, extents) == ([], [Extent(7), Extent(9)])


def test_who_stops_a_group_keeps_the_turns_so_far() -> None:
    log: list[str] = []

    class StoppedWorker(FakeWorker):
        def measure_turn(self) -> Sample:
            if log.count(self._case.name) == 3 and self._case is CASES[1]:
                raise KeyboardInterrupt
            return super().measure_turn()

    listener = FakeListener()
    with pytest.raises(InterruptedGroupError) as caught:
        measure(lambda case: StoppedWorker(case, log), listener, budget=Budget(1e9, 6, 6))
    assert not any("the budget ended" in line for line in listener.lines), "it did not"
    assert isinstance(caught.value, KeyboardInterrupt), "whoever does not know it stops all the same"
    kept = caught.value.outcomes
    assert len(kept[CASES[1].id].turns) == 2, "the third was its first that did not come"
    assert set(kept) == {case.id for case in CASES}
    assert {f"closed {case.name}" for case in CASES} <= set(log)


def test_who_stops_a_group_before_a_turn_has_nothing() -> None:
    class StoppedWorker(FakeWorker):
        def measure_turn(self) -> Sample:
            if self._turns == 1:
                raise KeyboardInterrupt
            return super().measure_turn()

    with pytest.raises(InterruptedGroupError) as caught:
        measure(lambda case: StoppedWorker(case, []))
    assert caught.value.outcomes == {}
