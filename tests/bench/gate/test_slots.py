"""Slots: who sits where, by lot, and what the processes have in common that workers are forked from. None is real."""

from collections import Counter
from pathlib import Path

import pytest

from bench.gate import slots as gate_slots
from bench.gate.draws import Lot, Lots
from bench.gate.pairs import Job
from bench.gate.slots import Slots, Staged, build_stage
from bench.slots.process import Launch
from bench.workers.protocol import Package, Start
from reports.gate.stages import PairRequest
from reports.record.case import Case, Subject

PYTHON, OTHER = Path("/bin/python"), Path("/other/python")
OLD, NEW, COMMON = (Case(Subject("ordering", name, "batch(2)")) for name in ("old name", "new name", "a"))


def start(case: Case, folder: str) -> Start:
    return Start(case, "digits", Package("mnist_core", folder))


class FakeProcess:
    started: list["FakeProcess"] = []  # noqa: RUF012  # emptied for every test

    def __init__(self, launch: Launch) -> None:
        self.launch, self.is_open = launch, True
        self.started.append(self)

    def close(self) -> None:
        self.is_open = False


@pytest.fixture(autouse=True)
def processes(monkeypatch: pytest.MonkeyPatch) -> list[FakeProcess]:
    FakeProcess.started = []
    monkeypatch.setattr(gate_slots, "SlotProcess", FakeProcess)
    return FakeProcess.started


def make_slots(seed: int = 1, head_python: Path = PYTHON) -> Slots:
    base = Staged(PYTHON, Package("mnist_core", "/base"), {"new name": OLD, "a": COMMON})
    head = Staged(head_python, Package("mnist_core", "/head"), {"new name": NEW, "a": COMMON})
    return Slots({"base": base, "head": head}, "digits", Lots(seed), tools=Path("/tools"), scratch=Path("/scratch"))


def test_each_slot_has_one_process_for_both_revisions(processes: list[FakeProcess]) -> None:
    slots = make_slots()
    for number in range(20):
        seats = slots.seat(Job(PairRequest("a", "gate", "screen", 6), number, Lot(number % 2, "base")))
        assert (seats["base"].slot, seats["head"].slot) == (1 - number % 2, number % 2)
        assert seats["base"].process is not seats["head"].process
        assert seats["head"].start == start(COMMON, "/head")
        assert seats["base"].start == start(COMMON, "/base")
    assert len(processes) == 2
    assert len({each.launch.hash_seed for each in processes}) == 1
    assert {each.launch.python for each in processes} == {PYTHON}


def test_in_a_control_base_takes_both_sides() -> None:
    seats = make_slots().seat(Job(PairRequest("new name", "control", "screen", 6), 0, Lot(0, "base")))
    assert seats["base"].start == seats["head"].start == start(OLD, "/base")
    assert seats["base"].process is not seats["head"].process


def test_a_case_that_was_renamed_has_its_old_name_in_base() -> None:
    seats = make_slots().seat(Job(PairRequest("new name", "gate", "screen", 6), 0, Lot(0, "base")))
    assert (seats["base"].start.case, seats["head"].start.case) == (OLD, NEW)


def test_closing_ends_the_processes_and_the_next_pair_gets_others_with_another_seed(
    processes: list[FakeProcess],
) -> None:
    slots = make_slots()
    job = Job(PairRequest("a", "gate", "screen", 6), 0, Lot(0, "base"))
    slots.seat(job)
    slots.close()
    assert not any(each.is_open for each in processes)
    slots.seat(job)
    assert len(processes) == 4
    assert processes[0].launch.hash_seed != processes[2].launch.hash_seed
    assert all(each.is_open for each in processes[2:])


def test_revisions_with_packages_of_their_own_have_processes_of_their_own(processes: list[FakeProcess]) -> None:
    slots = make_slots(head_python=OTHER)
    for number in range(10):
        slots.seat(Job(PairRequest("a", "gate", "screen", 6), number, Lot(number % 2, "base")))
    assert Counter(each.launch.python for each in processes) == {PYTHON: 2, OTHER: 2}
    assert len({each.launch.log for each in processes}) == 4


def test_a_stage_holds_mnist_core_and_nothing_else(tmp_path: Path) -> None:
    for name in ("mnist_core", "bench", "reports"):
        (tmp_path / "checkout" / name).mkdir(parents=True)
    stage = build_stage(tmp_path / "stages/base", tmp_path / "checkout", "mnist_core")
    assert stage == Package("mnist_core", str(tmp_path / "stages/base"))
    assert [path.name for path in Path(stage.folder).iterdir()] == ["mnist_core"]
    assert (Path(stage.folder) / "mnist_core").resolve() == tmp_path / "checkout/mnist_core"
