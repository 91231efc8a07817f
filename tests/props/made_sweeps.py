"""Sweeps without a process: candidates whose turns take what a simulated machine says, on a clock that it turns."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bench.subjects.pipeline_text import describe_pipeline
from bench.sweep.state import SweepState
from bench.turns.schedule import Budget
from bench.workers.protocol import Ready, WarmedUp
from bench.workers.worker_process import WorkerError
from reports.record.case import Case
from reports.record.machine import Setting
from reports.record.memory import Memory
from reports.record.program import Extent, Program
from reports.record.proposal import Candidate, Proposal
from reports.record.sample import Mixing, MixingReading, Sample
from reports.sweep.record import SweepPlan, SweepRecord

SETTING = Setting("the pipelines' own data", "ab" * 32, (("python", "3.11.7"), ("tensorflow", "2.21.0")))
SECOND = 1_000_000_000
START_S = 1.0  # of a process


class Heard:
    """Keeps what a sweep says."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.stages: list[str] = []
        self.num_pairs = 0

    def notice(self, line: str) -> None:
        self.lines.append(line)

    detail = notice

    def starting(self, case: Case, number: int, total: int) -> None:
        pass

    started = starting

    def turns_begun(self, budget: Budget, spent_s: float) -> None:
        pass

    def round_done(self, number: int, spent_s: float) -> None:
        pass

    def stage_begun(self, words: str, share: float) -> None:
        self.stages.append(words)

    def pair_done(self, number: int, wanted: int, spent_s: float) -> None:
        self.num_pairs = number


@dataclass
class FakeMachine:
    """Starts workers whose turns take some seconds, times a noise of their process and a noise of their own.

    Args:
        seconds: What a turn of each pipeline takes, by name.
        seed: Seed of the noise.
        process_noise: Deviation of the logarithm of a process' speed.
        turn_noise: The same of a turn's.
        fails: Names of pipelines, and at which turn each fails, from 0 for the warm-up; -1 for its start.
        extent: What a turn takes of each pipeline.
    """

    seconds: Mapping[str, float]
    seed: int = 0
    process_noise: float = 0.0
    turn_noise: float = 0.0
    fails: Mapping[str, int] = field(default_factory=dict)
    extent: Extent = field(default_factory=lambda: Extent(10))
    now_s: float = 0.0
    started: list[str] = field(default_factory=list)
    is_stopped_at: float | None = None
    num_alive: int = 0
    most_alive: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311

    def read_clock_s(self) -> float:
        return self.now_s

    def spend(self, seconds: float) -> None:
        self.now_s += seconds
        if self.is_stopped_at is not None and self.now_s >= self.is_stopped_at:
            self.is_stopped_at = None
            raise KeyboardInterrupt

    def start(self, case: Case) -> FakeWorker:
        self.started.append(case.name)
        self.spend(START_S)
        if self.fails.get(case.name) == -1:
            raise WorkerError(f"{case.id}: made.py:make fails when it is built")
        return FakeWorker(self, case)


class FakeWorker:
    """Answers as a worker does."""

    def __init__(self, machine: FakeMachine, case: Case) -> None:
        self.ready, self._is_open = Ready(SETTING, ()), True
        self._machine, self._case, self._turns = machine, case, 0
        machine.num_alive += 1
        machine.most_alive = max(machine.most_alive, machine.num_alive)
        self._speed = 2.718281828 ** machine.random.gauss(0, machine.process_noise)

    def warm_up(self) -> WarmedUp:
        return WarmedUp(self.measure_turn(), Program("BatchV2 > TensorSlice", ()), self._machine.extent)

    def fix_batches(self, num_batches: int) -> None:
        pass

    def measure_turn(self) -> Sample:
        machine, name = self._machine, self._case.name
        if machine.fails.get(name) == self._turns:
            raise WorkerError(f"{self._case.id}: made.py:make hangs: no batch for 20 s", "the last words")
        self._turns += 1
        spent_s = machine.seconds[name] * self._speed * 2.718281828 ** machine.random.gauss(0, machine.turn_noise)
        machine.spend(spent_s)
        busy = round(spent_s * SECOND / 2) if self._case.consumer == "emulated" else None
        return Sample(round(spent_s * SECOND), 1, round(spent_s * SECOND / 10), 1000, busy_ns=busy)

    def measure_memory(self) -> Memory:
        self._machine.spend(10)
        return Memory(None, 2 * 2**20, 3 * 2**20, None, None)

    def measure_mixing(self) -> MixingReading:
        self._machine.spend(3)
        return MixingReading((Mixing(0.9, 0.9),), 1000)

    def close(self) -> None:
        self._machine.num_alive -= self._is_open
        self._is_open = False


def make_proposal(names: list[str]) -> Proposal:
    """A candidate of each name, with as many changes as its place says."""
    return Proposal(
        tuple(Candidate(each, f"text of {each}", f"source().{each}()", (f"change {each}",), None) for each in names),
        (),
        (),
    )


def start_sweep(
    machine: FakeMachine, budget_s: float = 240.0, keep: Callable[[SweepRecord], None] = lambda _: None, seed: int = 7
) -> tuple[SweepState, Heard]:
    """A sweep that is about to begin, of the first pipeline of a machine against the others."""
    names = list(machine.seconds)
    record = SweepRecord(
        SweepPlan(describe_pipeline(f"made.py:{names[0]}")), make_proposal(names[1:]), seed, tuple(names)
    )
    return resume_sweep(machine, record, budget_s, keep)


def resume_sweep(
    machine: FakeMachine,
    record: SweepRecord,
    budget_s: float = 240.0,
    keep: Callable[[SweepRecord], None] = lambda _: None,
) -> tuple[SweepState, Heard]:
    """The same, going on from a record."""
    heard = Heard()
    subjects = {name: describe_pipeline(f"made.py:{name}") for name in record.names}
    return SweepState(record, subjects, machine.start, heard, keep, machine.read_clock_s, budget_s), heard
