"""Measuring designs: each comes as often as the others, timed to its last turn. Processes and clock are fakes."""

from collections import Counter

import pytest
from fake_gate import FakeMachine

from bench.commands.trials import DESIGN_CASES
from bench.gate.design import PairDesign
from bench.gate.draws import Lots
from bench.trials.designs import choose_cases, list_designs, measure_designs
from mnist_core.language.errors import InputError

DESIGNS = (
    PairDesign(num_examples=10, num_turns=4),
    PairDesign(arm="default", num_examples=20, num_turns=4, is_pinned=True),
)


def measure(machine: FakeMachine, budget_s: float, cases=("a", "b"), told: list | None = None):
    notice = ([] if told is None else told).append
    choices = {"lots": Lots(1), "budget_s": budget_s, "clock_s": machine.clock, "notice": notice}
    return list(measure_designs(DESIGNS, cases, machine, **choices))


def test_each_design_and_case_comes_once_a_round() -> None:
    pairs = measure(FakeMachine(), 95)
    assert len(pairs) == 8
    assert set(Counter((pair.design, pair.case) for pair in pairs).values()) == {2}


def test_the_budget_ends_it_but_not_before_the_first_pair() -> None:
    assert len(measure(FakeMachine(), 0)) == 1
    assert len(measure(FakeMachine(), 20)) == 1, "after one that only starts the processes"
    assert len(measure(FakeMachine(), 21)) == 2


def test_a_pair_is_read_as_the_gate_reads_it_and_timed_from_the_beginning() -> None:
    (pair,) = measure(FakeMachine(), 0)
    assert pair.spent_s == 10, "two warm-ups and eight turns of a second"
    assert abs(pair.time) < 0.01
    assert pair.cpu == pytest.approx(0.0, abs=0.01)


def test_processes_are_started_afresh_for_every_round() -> None:
    machine = FakeMachine()
    measure(machine, 95)
    assert machine.num_starts == 2


def test_the_fast_and_the_slow_side_have_the_same_code() -> None:
    machine = FakeMachine({"a-raw-cpu": 2.0, "a-default-cpu": 2.0})
    pairs = measure(machine, 40, cases=("a",))
    assert all(abs(pair.time) < 0.01 for pair in pairs)


def test_designs_vary_arm_epoch_and_core_and_have_the_turns_of_the_gate() -> None:
    designs = list_designs()
    assert len(designs) == len(set(designs)) == 16
    assert {each.num_turns for each in designs} == {PairDesign().num_turns}


def test_cases_are_chosen_by_name() -> None:
    assert set(choose_cases(DESIGN_CASES)) == set(DESIGN_CASES)
    assert choose_cases(["batch_*"]) == ("batch_before_map", "batch_before_map-step")
    with pytest.raises(InputError, match=r"^a case must be one of post, prefetch_last, .* got 'rain'"):
        choose_cases(["post", "rain"])
