"""The order of turns: every case once a round, at random, inside the budget; the clock is a fake."""

import pytest

from bench.turns.schedule import Budget, interleave


class FakeClock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def run(names: list[str], budget: Budget, turn_s: float, seed: int = 0) -> list[tuple[int, str]]:
    clock = FakeClock()
    turns = []
    for turn in interleave(names, budget, clock_s=clock, seed=seed):
        turns.append(turn)
        clock.now_s += turn_s
    return turns


def test_every_round_has_every_case_once() -> None:
    turns = run(["a", "b", "c"], Budget(1e9, 1, 4), 1.0)
    assert [number for number, _ in turns] == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    for number in range(4):
        assert sorted(name for each, name in turns if each == number) == ["a", "b", "c"]


def test_the_order_is_random_and_repeatable() -> None:
    names = list("abcdef")
    first = run(names, Budget(1e9, 1, 20), 1.0, seed=1)
    assert first == run(names, Budget(1e9, 1, 20), 1.0, seed=1)
    assert first != run(names, Budget(1e9, 1, 20), 1.0, seed=2)
    orders = {tuple(name for each, name in first if each == number) for number in range(20)}
    assert len(orders) > 15
    leaders = [next(name for each, name in first if each == number) for number in range(20)]
    assert len(set(leaders)) >= 4, "no case may always go first"


@pytest.mark.parametrize(
    ("seconds", "rounds"),
    [
        (0.0, 3),  # the least, whatever it takes
        (11.9, 3),
        (39.9, 9),  # a tenth round of 4 s would end at 40 s
        (40.0, 10),
        (1e9, 20),  # the most
    ],
)
def test_the_budget_ends_a_group_before_the_round_that_would_exceed_it(seconds: float, rounds: int) -> None:
    turns = run(["a", "b"], Budget(seconds, 3, 20), 2.0)
    assert len(turns) == 2 * rounds


def test_no_case_has_no_turn() -> None:
    assert run([], Budget(10.0, 2, 3), 1.0) == []


def test_after_the_least_rounds_only_cases_with_a_wide_interval_go_on() -> None:
    clock, turns = FakeClock(), []
    settled = {"b": 3, "c": 4}  # after so many rounds
    done = dict.fromkeys("abc", 0)
    for number, name in interleave(
        list("abc"),
        Budget(1e9, 3, 6),
        clock_s=clock,
        seed=0,
        needs_turns=lambda name: done[name] < settled.get(name, 99),
    ):
        done[name] += 1
        turns.append((number, name))
    assert done == {"a": 6, "b": 3, "c": 4}
    assert {number for number, name in turns if name == "c"} == {0, 1, 2, 3}


def test_the_group_ends_when_every_interval_is_narrow() -> None:
    turns = list(interleave(["a"], Budget(1e9, 2, 9), clock_s=FakeClock(), seed=0, needs_turns=lambda _: False))
    assert turns == [(0, "a"), (1, "a")]


def test_a_round_with_fewer_cases_is_expected_to_be_shorter() -> None:
    # 3 rounds of 2 turns of 2 s: 12 s. One more turn ends at 14 s, a whole round would end at 16 s.
    clock, turns = FakeClock(), []
    for turn in interleave(["a", "b"], Budget(14, 3, 9), clock_s=clock, seed=0, needs_turns=lambda name: name == "a"):
        turns.append(turn)
        clock.now_s += 2.0
    assert turns[6:] == [(3, "a")]
