"""The stages: what is asked for next, when a look is taken, and how rarely the whole procedure is wrong."""

import math
import random
from dataclasses import replace

import numpy as np
import pytest
from gates import CALM, add_pairs, build_gate, build_pair, control, draw_from, fail, gauss, run_gate, screened
from scipy import stats as reference

from reports.gate.plan import Threshold
from reports.gate.settings import DEFAULT_PLAN
from reports.gate.stages import Look, PairRequest, State, find_next_pairs, follow, plan_looks
from reports.gate.verdict import GateVerdict, decide
from reports.summary.outcome import Outcome


def test_the_screen_asks_for_every_case_and_the_control() -> None:
    gate = build_gate("a", "b")
    assert find_next_pairs(gate) == (
        PairRequest("a", "gate", "screen", 6, takes_turns=True, reads_memory=False),
        PairRequest("b", "gate", "screen", 6, takes_turns=True, reads_memory=False),
        PairRequest("a", "control", "screen", 12, takes_turns=True, reads_memory=False),
    )
    gate = add_pairs(gate, "a", "screen", CALM)
    assert [request.case for request in find_next_pairs(gate)] == ["b", "a"]


def test_the_control_pairs_are_shared_out_among_its_cases() -> None:
    gate = build_gate("a", "b", "c")
    gate = replace(gate, plan=replace(gate.plan, control_cases=("a", "b", "c"), num_control_pairs=10))
    assert [each.num_pairs for each in find_next_pairs(gate) if each.kind == "control"] == [4, 4, 4]


def test_memory_is_asked_for_where_it_is_gated() -> None:
    gate = build_gate("a", "b")
    thresholds = (*gate.plan.thresholds, Threshold("b", "memory", 0.1, 0.01))
    asked = find_next_pairs(replace(gate, plan=replace(gate.plan, thresholds=thresholds)))
    assert [(each.case, each.kind, each.takes_turns, each.reads_memory) for each in asked] == [
        ("a", "gate", True, False),
        ("b", "gate", True, True),
        ("a", "control", True, True),  # judged for all cases together
    ]


def test_turns_are_asked_for_where_more_than_memory_is_gated() -> None:
    gate = build_gate("a", "b", metrics=("memory",))
    assert {each.takes_turns for each in find_next_pairs(gate)} == {False}
    thresholds = (*gate.plan.thresholds, Threshold("b", "cpu", 0.1, 0.01))
    asked = find_next_pairs(replace(gate, plan=replace(gate.plan, thresholds=thresholds)))
    assert [(each.case, each.kind, each.takes_turns) for each in asked] == [
        ("a", "gate", False),
        ("b", "gate", True),
        ("a", "control", True),
    ]


def test_nothing_more_is_asked_for_if_the_screen_clears_all() -> None:
    gate = screened("a", "b")
    assert find_next_pairs(gate) == ()
    assert [each.state for each in follow(gate, ends_here=False).hypotheses] == [State.CLEARED] * 2


@pytest.mark.parametrize(
    ("differences", "state"),
    [
        ([math.log1p(0.05) * 0.4 - 1e-6] * 6, State.CLEARED),  # 40 % of the limit, and a nanosecond's rounding
        ([math.log1p(0.05) * 0.4 + 1e-6] * 6, State.OPEN),
        ([0.0, 0.0, 0.0, 0.0, 0.07, -0.07], State.CLEARED),  # the bound is the third largest average, 0.035
        ([0.0, 0.0, 0.0, 0.0, 0.11, -0.11], State.OPEN),  # 0.055: the limit is not ruled out
        (CALM[:4], State.OPEN),
    ],
)
def test_what_the_screen_clears(differences: list[float], state: State) -> None:
    assert follow(screened("a", a=differences), ends_here=True).hypotheses[0].state is state


def test_the_looks_have_pairs_enough_to_reject() -> None:
    plan = DEFAULT_PLAN
    assert plan_looks(plan, 1) == (Look(12, 0.004), Look(24, 0.006))
    assert [look.num_pairs for look in plan_looks(plan, 20)] == [17, 34]
    assert sum(look.alpha for look in plan_looks(plan, 20)) == pytest.approx(0.01)


def test_suspects_are_confirmed_by_fresh_pairs_the_most_suspicious_first() -> None:
    gate = screened("a", "b", "c", b=[0.04, 0.05] * 3, c=[0.09, 0.1] * 3)
    assert find_next_pairs(gate) == (
        PairRequest("c", "gate", "confirm", 13, takes_turns=True, reads_memory=False),
        PairRequest("b", "gate", "confirm", 13, takes_turns=True, reads_memory=False),
    )


def test_the_first_look_rejects_or_asks_for_twice_as_many() -> None:
    gate = screened("a", a=[0.05] * 6)
    assert follow(add_pairs(gate, "a", "confirm", [0.05] * 12), ends_here=False).hypotheses[0].state is State.REJECTED
    undecided = add_pairs(gate, "a", "confirm", [0.06, 0.0] * 6)
    assert find_next_pairs(undecided) == (
        PairRequest("a", "gate", "confirm", 24, takes_turns=True, reads_memory=False),
    )
    calm = add_pairs(gate, "a", "confirm", CALM * 2)
    assert follow(calm, ends_here=False).hypotheses[0].state is State.CLEARED


def test_screening_pairs_are_never_tested() -> None:
    gate = add_pairs(screened("a", a=[0.05] * 6), "a", "confirm", [0.05] * 3)
    judged = follow(gate, ends_here=True).hypotheses[0]
    assert (judged.state, judged.p_value, len(judged.differences)) == (State.OPEN, 1 / 8, 3)


def test_pairs_beyond_the_screen_do_not_change_it() -> None:
    gate = screened("a", a=[*CALM, *([0.5] * 6)])
    assert follow(gate, ends_here=True) == follow(screened("a"), ends_here=True)


def test_a_change_that_is_small_but_real_is_looked_at_twice() -> None:
    gate = screened("a", a=[0.05] * 6)
    for share, asked in ((0.19, 0), (0.21, 1)):  # of the limit; below a fifth it is not worth more pairs
        small = add_pairs(gate, "a", "confirm", [share * math.log1p(0.05) + jitter for jitter in CALM * 2])
        assert len(find_next_pairs(small)) == asked


def test_the_family_of_the_second_look_is_that_of_the_first() -> None:
    gate = screened("a", "b", margin=0.0, a=[0.05] * 6, b=[0.05] * 6)
    gate = add_pairs(gate, "b", "confirm", [*CALM, *CALM, 0.0])
    # 6 of 26 against: p = 0.0047, below 0.006, which would do if the other had not been suspected too
    mixed = [0.05, 0.05, 0.05, -0.05] * 3 + [0.05]
    judged = follow(add_pairs(gate, "a", "confirm", mixed * 2), ends_here=False).hypotheses
    assert [each.state for each in judged] == [State.OPEN, State.CLEARED]
    assert (judged[0].alpha, judged[0].p_value) == (0.003, pytest.approx(313912 / 2**26))


def test_a_run_cut_short_gets_one_look_not_two() -> None:
    gate = add_pairs(screened("a", margin=0.0, a=[0.05] * 6), "a", "confirm", [0.05] * 10 + [-0.05])
    judged = follow(gate, ends_here=True).hypotheses[0]
    assert (judged.state, judged.alpha, judged.p_value) == (State.OPEN, 0.004, 12 / 2**11)  # 0.0059


def test_pairs_beyond_a_look_do_not_change_it() -> None:
    gate = add_pairs(screened("a", a=[0.05] * 6), "a", "confirm", [0.05] * 12)
    more = replace(gate, pairs=(*gate.pairs, *(build_pair("a", n, -1.0, stage="confirm") for n in range(12, 24))))
    assert follow(more, ends_here=True) == follow(gate, ends_here=True)


def test_all_of_a_look_are_tested_together_at_their_share() -> None:
    gate = screened("a", "b", a=[0.05] * 6, b=[0.05] * 6)
    gate = add_pairs(gate, "a", "confirm", [0.05] * 13)
    assert [request.case for request in find_next_pairs(gate)] == ["b"], "the look waits for the other"
    assert follow(gate, ends_here=False).hypotheses[0].state is State.OPEN
    gate = add_pairs(gate, "b", "confirm", CALM * 2 + [0.0])
    first, second = follow(gate, ends_here=False).hypotheses
    assert (first.state, first.alpha, first.p_value) == (State.REJECTED, 0.002, 2**-13)
    assert (second.state, second.alpha) == (State.CLEARED, 0.002)


def test_a_pair_that_failed_counts_as_tried_and_two_end_the_case() -> None:
    gate = add_pairs(control(build_gate("a")), "a", "screen", CALM[:5])
    assert find_next_pairs(fail(gate, 5)) == ()
    once = fail(control(build_gate("a")), 0)
    assert find_next_pairs(once) == (PairRequest("a", "gate", "screen", 6, takes_turns=True, reads_memory=False),)
    twice = fail(once, 1)
    assert find_next_pairs(twice) == ()
    assert follow(twice, ends_here=False).hypotheses[0].state is State.FAILED
    suspect = screened("a", a=[0.05] * 6)
    broken = fail(fail(suspect, 0, stage="confirm"), 1, stage="confirm")
    assert follow(broken, ends_here=False).hypotheses[0].state is State.FAILED


def test_a_failure_while_confirming_changes_nothing_for_others_and_takes_nothing_back() -> None:
    gate = screened("a", "b", a=[0.05] * 6, b=[0.05] * 6)
    gate = add_pairs(gate, "a", "confirm", [0.05] * 13)
    broken = fail(fail(gate, 0, stage="confirm", case="b"), 1, stage="confirm", case="b")
    first, second = follow(broken, ends_here=False).hypotheses
    assert (first.state, first.alpha, first.p_value) == (State.REJECTED, 0.002, 2**-13)
    assert second.state is State.FAILED
    late = fail(fail(broken, 13, stage="confirm"), 14, stage="confirm")
    assert follow(late, ends_here=False).hypotheses[0].state is State.REJECTED


def contaminated(source: random.Random) -> float:
    return source.gauss(0, 0.03 * (8 if source.random() < 0.1 else 1))


def drifting(source: random.Random) -> float:
    """The second process of a pair is slower, more and more, for a while; the sign is tossed by the caller."""
    return 0.03 + source.gauss(0, 0.01)


def rough(source: random.Random) -> float:
    return source.gauss(0, 0.04)


@pytest.mark.long
@pytest.mark.parametrize("noise", [gauss, rough, contaminated, drifting])
def test_a_slowdown_as_large_as_the_limit_is_seldom_cleared_by_the_screen(noise) -> None:
    draw, cleared = draw_from(noise, {"a": math.log1p(0.05)}, 3), 0
    request = PairRequest("a", "gate", "screen", 6, takes_turns=True, reads_memory=False)
    for _ in range(1000):
        pairs = tuple(draw(request, number) for number in range(6))
        gate = control(replace(build_gate("a"), pairs=pairs))
        cleared += follow(gate, ends_here=True).hypotheses[0].state is State.CLEARED
    assert reference.binomtest(cleared, 1000, 1 / 64, alternative="greater").pvalue > 0.001


@pytest.mark.long
@pytest.mark.parametrize("noise", [gauss, contaminated, drifting])
@pytest.mark.parametrize("margin", [0.0, 0.01])
def test_a_suite_in_which_nothing_changed_seldom_gives_an_alarm(noise, margin: float) -> None:
    cases = [f"case{number}" for number in range(8)]
    outcomes = [
        decide(run_gate(build_gate(*cases, margin=margin), draw_from(noise, {}, seed))).outcome for seed in range(100)
    ]
    alarms = outcomes.count(Outcome.REGRESSED)
    assert reference.binomtest(alarms, len(outcomes), 0.01, alternative="greater").pvalue > 0.01
    assert outcomes.count(Outcome.INCONCLUSIVE) <= 20


def find_shifts(draws: np.ndarray) -> np.ndarray:
    """Of each row: the median of the means of its pairs of values."""
    first, second = np.triu_indices(draws.shape[1])
    return np.median((draws[:, first] + draws[:, second]) / 2, axis=1)


def find_p_values(draws: np.ndarray) -> np.ndarray:
    """Of each row: the share of 50,000 random flips of its signs whose sum is not below its own."""
    flips = np.random.default_rng(1).choice(np.float32([-1, 1]), (50_000, draws.shape[1]))
    return np.mean(flips @ np.float32(draws.T) >= np.float32(draws.sum(axis=1)) - 1e-6, axis=0)


def find_power(noise, effect: float, num_suspects: int) -> float:
    """The share of 1,000 draws in which an effect passes the screen and one of the looks, by NumPy alone.

    The looks test by Bonferroni's rule, which asks more than Holm's. So the true power is no less.
    """
    first, second = plan_looks(DEFAULT_PLAN, num_suspects)
    source = random.Random(1)  # noqa: S311  # noise, not a secret
    limit, true = math.log1p(0.05), math.log1p(effect)
    num_values = 6 + second.num_pairs
    draws = [[noise(source) * source.choice((-1, 1)) + true for _ in range(num_values)] for _ in range(1000)]
    screen, confirm = np.array(draws)[:, :6], np.array(draws)[:, 6:]
    early = confirm[:, : first.num_pairs]
    at_first = find_p_values(early - math.log1p(0.01)) <= first.alpha / num_suspects
    at_second = find_p_values(confirm - math.log1p(0.01)) <= second.alpha / num_suspects
    is_suspected, goes_on = find_shifts(screen) > 0.4 * limit, find_shifts(early) > 0.2 * limit
    return float(np.mean(is_suspected & (at_first | (goes_on & at_second))))


@pytest.mark.long
@pytest.mark.parametrize(("noise", "effect"), [(gauss, 0.05), (gauss, 0.10), (contaminated, 0.10), (drifting, 0.10)])
def test_a_real_slowdown_is_found(noise, effect: float) -> None:
    """As often as its power says, less 1 % of runs in which the control errs and 1 % in which another case alarms."""
    cases = [f"case{number}" for number in range(8)]
    found = 0
    for seed in range(100):
        gate = run_gate(build_gate(*cases), draw_from(noise, {"case3": math.log1p(effect)}, seed))
        findings = [each for each in decide(gate).findings if each.verdict is GateVerdict.REGRESSED]
        found += [each.threshold.case for each in findings] == ["case3"]
    power = min(find_power(noise, effect, family) for family in (1, 8)) - 0.01 - 0.01
    assert power > 0.9, "the aim is that the noise is no excuse"
    assert reference.binomtest(found, 100, power, alternative="less").pvalue > 0.01
