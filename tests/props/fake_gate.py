"""A gate whose slots and clock are fakes: nothing is really measured."""

import math
from dataclasses import dataclass, field, replace

from bench.gate.design import PairDesign
from bench.gate.pairs import Job, Seat, Seats
from bench.gate.rounds import GateRun
from bench.slots.process import SlotError
from bench.workers.protocol import Done, Package, Ready, Start, TakeTurn
from reports.gate.plan import Threshold
from reports.gate.record import Cases, GateRecord, Revision
from reports.gate.settings import DEFAULT_PLAN
from reports.record.case import Case, Subject
from reports.record.machine import Machine, Setting
from reports.record.memory import Memory
from reports.record.sample import Sample

SETTING = Setting("bars", "f" * 64, ())
WALL_NS = 100_000_000


class FakeClock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class FakeMachine:
    """Two revisions whose turns are as long as they are told; every turn takes a second of the budget.

    Args:
        slowdowns: how many times as long head takes, by case; others are equal.
        broken: the cases at which head breaks.
        interrupted_at: the turn at which the user hits Ctrl-C.
    """

    slowdowns: dict[str, float] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    interrupted_at: int | None = None
    clock: FakeClock = field(default_factory=FakeClock)
    num_turns: int = 0
    num_starts: int = 0
    processes: tuple["FakeSlot", ...] = ()

    def seat(self, job: Job) -> Seats:
        if not self.processes:
            self.processes = (FakeSlot(self), FakeSlot(self))
            self.num_starts += 1
        slot = job.lot.head_slot
        head = "base" if job.request.kind == "control" else "head"
        return {"base": self._sit(job, "base", 1 - slot), "head": self._sit(job, head, slot)}

    def _sit(self, job: Job, revision: str, slot: int) -> Seat:
        return Seat(self.processes[slot], slot, make_start(job.request.case, revision))

    def close(self) -> None:
        self.processes = ()


def make_start(case: str, folder: str) -> Start:
    """The start of a case whose name is the id that the gate has for it."""
    return Start(Case(Subject("ordering", case, "batch(2)")), "bars", Package("mnist_core", folder))


class FakeSlot:
    def __init__(self, machine: FakeMachine) -> None:
        self._machine = machine
        self._request = None
        self._start = make_start("", "")

    def send(self, request) -> None:
        assert self in self._machine.processes, "it was closed"
        self._request = request
        if isinstance(request, Start):
            self._start = request

    def receive(self, kind):
        machine = self._machine
        is_head = self._start.package.folder == "head"
        if is_head and self._start.case.name in machine.broken:
            raise SlotError(f"{self._start.case.name}: out of luck")
        if isinstance(self._request, TakeTurn):
            machine.num_turns += 1
            machine.clock.now_s += 1
            if machine.num_turns == machine.interrupted_at:
                raise KeyboardInterrupt
            factor = machine.slowdowns.get(self._start.case.name, 1.0) if is_head else 1.0
            noise = 1 + 0.001 * math.sin(machine.num_turns * machine.num_turns)
            spent_ns = round(WALL_NS * factor * noise)
            return Sample(spent_ns, spent_ns, 1, 10)
        answers = {Done: Done(), Ready: Ready(SETTING, ()), Memory: Memory(1, 1, None, None, None)}
        return answers[kind]


class Listener:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.pairs: list[tuple[int, int, float]] = []
        self.rounds: list[tuple[str, int, float]] = []

    def notice(self, line: str) -> None:
        self.lines.append(line)

    def pair_done(self, num_done: int, num_wanted: int, spent_s: float) -> None:
        self.pairs.append((num_done, num_wanted, spent_s))

    def round_done(self, stage: str, num_cases: int, spent_s: float) -> None:
        self.rounds.append((stage, num_cases, spent_s))


def make_record(*cases: str, **plan) -> GateRecord:
    thresholds = tuple(Threshold(case, "time", 0.05, 0.01) for case in cases)
    return GateRecord(
        base=Revision("main", "1" * 40, SETTING),
        head=Revision("new", "2" * 40, SETTING),
        machine=Machine("cpu", 2, "Linux"),
        cases=Cases(cases),
        plan=replace(DEFAULT_PLAN, thresholds=thresholds, control_cases=cases[:2], **plan),
        seed=3,
        pairs=(),
        failures=(),
        notices=(),
    )


class Run:
    def __init__(self, machine: FakeMachine, record: GateRecord, budget_s: float = 1e9, **design) -> None:
        self.machine, self.listener, self.kept = machine, Listener(), []
        self._run = GateRun(
            record,
            machine,
            PairDesign(**{"num_turns": 2, **design}),
            budget_s=budget_s,
            clock_s=machine.clock,
            listener=self.listener,
            keep=self.kept.append,
        )

    def __call__(self) -> GateRecord:
        return self._run.run()
