"""The A/A measurement: interleaved pairs do not see a drift that blocks do. The workers are fakes."""

import math

import pytest

from bench.cases.selection import build_case
from bench.turns.noise import measure_differences
from bench.workers.protocol import Ready, WarmedUp
from reports.record.machine import Setting
from reports.record.sample import Sample
from reports.stats.spread import estimate_spread

CASE = build_case("post")


class DriftingMachine:
    """Every turn takes one percent longer than the one before, whoever takes it."""

    def __init__(self) -> None:
        self.turns = 0
        self.log: list[str] = []
        self._started = 0

    def start(self, case) -> "DriftingWorker":
        self._started += 1
        return DriftingWorker(self, f"w{self._started}")


class DriftingWorker:
    def __init__(self, machine: DriftingMachine, name: str) -> None:
        self.ready = Ready(Setting("bars", "f" * 64, ()), ())
        self._machine, self._name = machine, name

    def warm_up(self) -> WarmedUp:
        return WarmedUp(self.measure_turn(), None)

    def measure_turn(self) -> Sample:
        self._machine.turns += 1
        self._machine.log.append(self._name)
        return Sample(round(1e9 * 1.01**self._machine.turns), 1, 1, 200)

    def close(self) -> None:
        self._machine.log.append(f"closed {self._name}")


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


def test_the_spread_of_the_two_designs_is_what_the_command_prints() -> None:
    assert estimate_spread(run(interleaved=True)[0]).deviation < 0.011
