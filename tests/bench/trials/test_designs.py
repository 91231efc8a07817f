"""Measuring designs: each comes as often as the others, timed to its last turn. Processes and clock are fakes."""

from collections import Counter

import pytest
from fake_gate import FakeMachine

from bench.gate.design import PairDesign
from bench.gate.lots import Lots
from bench.trials.designs import CASES, choose_cases, list_designs, measure_designs
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
    assert set(Counter((pair.arm, pair.num_examples, pair.is_pinned, pair.case) for pair in pairs).values()) == {2}


def test_the_budget_ends_it_but_not_before_the_first_pair() -> None:
    assert len(measure(FakeMachine(), 0)) == 1
    assert len(measure(FakeMachine(), 20)) == 1, "after one that only starts the processes"
    assert len(measure(FakeMachine(), 21)) == 2


def test_every_turn_of_both_sides_is_compared_and_timed_from_the_beginning() -> None:
    (pair,) = measure(FakeMachine(), 0)
    assert [turns.elapsed_s for turns in pair.turns] == [4, 6, 8, 10], "after two warm-ups of a second"
    assert all(abs(turns.time) < 0.01 for turns in pair.turns)
    assert not any(turns.contaminated for turns in pair.turns)


def test_processes_are_started_afresh_for_every_round() -> None:
    machine = FakeMachine()
    measure(machine, 95)
    assert machine.num_starts == 2


def test_the_fast_and_the_slow_side_have_the_same_code() -> None:
    machine = FakeMachine({"a-raw-cpu": 2.0, "a-default-cpu": 2.0})
    pairs = measure(machine, 40, cases=("a",))
    assert all(abs(turns.time) < 0.01 for pair in pairs for turns in pair.turns)


def test_designs_vary_arm_epoch_and_core_with_the_most_turns() -> None:
    designs = list_designs()
    assert len(designs) == len(set(designs)) == 16
    assert {each.num_turns for each in designs} == {16}


def test_cases_are_chosen_by_name() -> None:
    assert set(choose_cases(CASES)) == set(CASES)
    assert choose_cases(["batch_*"]) == ("batch_before_map", "batch_before_map-step")
    with pytest.raises(InputError, match=r"^no case matches 'rain': there are post, prefetch_last, "):
        choose_cases(["post", "rain"])
