"""The A/A measurement: interleaved pairs do not see a drift that blocks do. The workers are fakes."""

import math
from dataclasses import replace

import pytest

from bench.cases.selection import build_case
from bench.turns.noise import measure_differences
from bench.workers.protocol import Ready, WarmedUp
from reports.record.machine import Setting
from reports.record.program import Extent
from reports.record.sample import Sample
from reports.stats.spread import estimate_spread

CASE = build_case("post")


class DriftingMachine:
    """Every turn takes one percent longer than the one before, whoever takes it."""

    def __init__(self, kind: "type[DriftingWorker] | None" = None) -> None:
        self.kind, self.turns = kind or DriftingWorker, 0
        self.log: list[str] = []
        self._started = 0

    def start(self, case) -> "DriftingWorker":
        self._started += 1
        return self.kind(self, self._started)


class DriftingWorker:
    def __init__(self, machine: DriftingMachine, number: int) -> None:
        self.ready = Ready(Setting("bars", "f" * 64, ()), ())
        self._machine, self._number, self._name = machine, number, f"w{number}"

    def warm_up(self) -> WarmedUp:
        return WarmedUp(self.measure_turn(), None)

    def measure_turn(self) -> Sample:
        self._machine.turns += 1
        self._machine.log.append(self._name)
        return Sample(round(1e9 * 1.01**self._machine.turns), 1, 1, 200)

    def close(self) -> None:
        self._machine.log.append(f"closed {self._name}")


class CutWorker(DriftingWorker):
    """Its pipeline has no end: a turn is as many batches as there was time for, one fewer for each later worker."""

    def warm_up(self) -> WarmedUp:
        return replace(super().warm_up(), extent=Extent(100 - self._number, is_cut=True))

    def fix_batches(self, num_batches: int | None) -> None:
        self._machine.log.append(f"{self._name} takes {num_batches}")


def run(interleaved: bool, repetitions: int = 8) -> tuple[list[float], DriftingMachine]:
    machine = DriftingMachine()
    differences = measure_differences(
        CASE, machine.start, num_repetitions=repetitions, num_turns=5, interleaved=interleaved, seed=3
    )
    return list(differences), machine


def test_blocks_see_the_drift_as_a_difference() -> None:
    differences, machine = run(interleaved=False, repetitions=1)
    assert machine.log == ["w1", "w2", *["w1"] * 5, *["w2"] * 5, "closed w2", "closed w1"]
    assert differences == [pytest.approx(5 * math.log(1.01), rel=1e-6)]


def test_interleaved_turns_hardly_do() -> None:
    differences, machine = run(interleaved=True)
    assert all(abs(difference) <= math.log(1.01) * 1.001 for difference in differences)
    firsts = {tuple(machine.log[start : start + 2]) for start in range(2, 12, 2)}
    assert firsts == {("w1", "w2"), ("w2", "w1")}, "who goes first is random"


def test_every_repetition_has_fresh_workers_and_ends_them() -> None:
    _, machine = run(interleaved=True, repetitions=3)
    assert sum(entry.startswith("closed") for entry in machine.log) == 6
    assert len({entry for entry in machine.log if not entry.startswith("closed")}) == 6


def test_turns_without_an_end_take_equally_many_batches() -> None:
    machine = DriftingMachine(CutWorker)
    list(measure_differences(CASE, machine.start, num_repetitions=1, num_turns=1, interleaved=False, seed=3))
    assert machine.log[2:6] == ["w1 takes 98", "w2 takes 98", "w1", "w2"]


def test_the_spread_of_the_two_designs_is_what_the_command_prints() -> None:
    assert estimate_spread(run(interleaved=True)[0]).deviation < 0.011
