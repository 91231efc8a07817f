"""What more work is worth: the growth of CPU time by hand, and what cannot be used. The processes are fakes."""

import math
from pathlib import Path

import pytest
from fake_gate import FakeMachine

from bench.gate.design import PairDesign
from bench.gate.draws import Lots
from bench.trials.gains import FILE, NUM_PAIRS, Gain, load_gains, measure_gains, save_gains
from bench.trials.slowdown import SlowdownError
from reports.record.case import Case, Subject
from reports.record.errors import RecordError

CASES = (
    Case(Subject("ordering", "a", "map().batch(32)"), arm="raw"),
    Case(Subject("ordering", "b", "batch(10).map()"), arm="raw"),
)

DESIGN = PairDesign(num_examples=325, num_turns=2)


def measure(machine: FakeMachine, told: list | None = None, notices: list | None = None) -> tuple[Gain, ...]:
    def tell(num_done: int, num_wanted: int) -> None:
        (told if told is not None else []).append((num_done, num_wanted))

    notice = ([] if notices is None else notices).append
    return measure_gains(CASES, machine, DESIGN, lots=Lots(1), tell=tell, notice=notice)


def test_a_gain_is_the_growth_of_the_cpu_time() -> None:
    told: list = []
    gains = measure(FakeMachine({"a-raw-cpu": 1.5, "b-raw-cpu": 1.9}), told)
    assert [(each.case, each.ordering, each.num_batches) for each in gains] == [
        ("a-raw-cpu", "map().batch(32)", 10),
        ("b-raw-cpu", "batch(10).map()", 32),
    ]
    assert [each.gain for each in gains] == [pytest.approx(0.5, abs=0.005), pytest.approx(0.9, abs=0.005)]
    assert told == [(number, 2 * NUM_PAIRS) for number in range(1, 2 * NUM_PAIRS + 1)]


def test_the_processes_are_ended() -> None:
    machine = FakeMachine({"a-raw-cpu": 1.5, "b-raw-cpu": 1.5})
    measure(machine)
    assert machine.processes == ()


def test_a_case_that_fails_with_more_work_is_told() -> None:
    with pytest.raises(SlowdownError, match="^b-raw-cpu with more work failed: b-raw-cpu: out of luck"):
        measure(FakeMachine({"a-raw-cpu": 1.5}, broken=("b-raw-cpu",)))


def test_cases_that_work_hardly_slows_down_are_left_out() -> None:
    notices: list = []
    (gain,) = measure(FakeMachine({"a-raw-cpu": 1.2, "b-raw-cpu": 1.05}), notices=notices)
    assert gain.case == "a-raw-cpu"
    assert notices == ["b-raw-cpu takes only 5% more CPU time when it works twice: it is not slowed down"]
    with pytest.raises(SlowdownError, match="^no case takes more CPU time when its pipeline works twice"):
        measure(FakeMachine({"b-raw-cpu": 1.05}))


def test_gains_come_back_as_they_were_saved(tmp_path: Path) -> None:
    assert load_gains(tmp_path) == ()
    gains = (Gain("a", "map().batch(32)", 10, math.pi / 6), Gain("b", "batch(10).map()", 32, 0.9))
    save_gains(gains, tmp_path)
    assert load_gains(tmp_path) == gains


@pytest.mark.parametrize("text", ["[{}]", "[1]", '{"a": 1}', "nothing"])
def test_a_damaged_file_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(RecordError):
        load_gains(tmp_path)
