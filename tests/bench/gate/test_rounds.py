"""The gate's loop: rounds, lots, budget, failures, Ctrl-C. Slots and clock are fakes; nothing is really measured."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from fake_gate import FakeMachine, Run, make_record
from scipy import stats

from bench.gate.draws import HASH_SEEDS, SQUARE, Lots
from bench.machine.cores import find_allowed_cores
from reports.gate.stages import find_next_pairs
from reports.gate.verdict import GateVerdict, decide
from reports.stats.signflip import sign_flip_p_value
from reports.summary.outcome import Outcome


def test_equal_revisions_are_screened_once_and_called_fine() -> None:
    run = Run(FakeMachine(), make_record("a", "b", "c"))
    record = run()
    assert Counter((pair.kind, pair.stage) for pair in record.pairs) == {
        ("gate", "screen"): 18,
        ("control", "screen"): 12,
    }
    assert find_next_pairs(record) == ()
    assert decide(record).outcome is Outcome.FINE
    assert record.spent_s == run.machine.clock.now_s
    assert run.kept[-1] == record
    assert len(run.kept) == 6, "kept after every round"


def test_a_suspect_is_confirmed_by_fresh_pairs_and_the_rest_is_left_alone() -> None:
    run = Run(FakeMachine({"b": 1.2}), make_record("a", "b", "c"))
    record = run()
    decision = decide(record)
    assert [(each.threshold.case, each.verdict) for each in decision.findings] == [
        ("a", GateVerdict.OK),
        ("b", GateVerdict.REGRESSED),
        ("c", GateVerdict.OK),
    ]
    assert {pair.case for pair in record.pairs if pair.stage == "confirm"} == {"b"}
    assert [name for name, *_ in run.listener.rounds] == ["screen"] * 6 + ["confirm"] * decision.findings[1].num_pairs
    assert run.listener.rounds[-1][1] == 1


PLACES = ("base", 0), ("base", 1), ("head", 0), ("head", 1)


def test_every_pair_of_a_case_has_its_number_and_the_pairs_of_a_round_share_out_the_lots() -> None:
    names = tuple("abcdefghij")
    record = Run(FakeMachine(), make_record(*names, num_screen_pairs=8, num_control_pairs=16))()
    for kind, case in {(pair.kind, pair.case) for pair in record.pairs}:
        pairs = [pair for pair in record.pairs if (pair.kind, pair.case) == (kind, case)]
        assert [pair.number for pair in pairs] == list(range(8))
        assert all({pair.base.slot, pair.head.slot} == {0, 1} for pair in pairs)
    for number in range(8):
        lots = [(pair.first, pair.head.slot) for pair in record.pairs if (pair.kind, pair.number) == ("gate", number)]
        assert sorted(Counter(lots).values()) == [2, 2, 3, 3]
        assert set(lots) == set(PLACES)


def test_pairs_are_in_random_order() -> None:
    record = Run(FakeMachine(), make_record("a", "b", "c", num_screen_pairs=8, num_control_pairs=16))()
    orders = [tuple(pair.case + pair.kind for pair in record.pairs[start : start + 5]) for start in range(0, 40, 5)]
    assert len(set(orders)) > 1, "the cases of a round are in random order"
    assert len({tuple(sorted(order)) for order in orders}) == 1


@pytest.mark.parametrize(("num_shared_rounds", "num_starts"), [(1, 6), (4, 2), (6, 1), (7, 1)])
def test_processes_are_fresh_after_so_many_rounds_and_gone_in_the_end(num_shared_rounds: int, num_starts: int) -> None:
    run = Run(FakeMachine(), make_record("a", "b"), num_shared_rounds=num_shared_rounds)
    run()
    assert run.machine.num_starts == num_starts
    assert run.machine.processes == ()


def test_a_run_that_only_has_controls_left_goes_on_with_them() -> None:
    record = Run(FakeMachine(), make_record("a"))()
    assert Counter(pair.kind for pair in record.pairs) == {"gate": 6, "control": 12}
    assert decide(record).outcome is Outcome.FINE


def test_no_pair_is_begun_that_would_end_after_the_budget() -> None:
    # a pair of 2 turns and a warm-up on each side takes 6 s
    run = Run(FakeMachine(), make_record("a", "b", "c"), budget_s=23.0)
    record = run()
    assert (len(record.pairs), record.spent_s) == (3, 18.0)
    assert record.interruption == "the budget of 23 s ended"
    assert run.kept[-1] == record
    assert len(Run(FakeMachine(), make_record("a", "b", "c"), budget_s=24.0)().pairs) == 4
    assert decide(record).reason.endswith("no case gave enough numbers on both sides (the budget of 23 s ended)")


def test_the_first_pair_is_measured_whatever_the_budget() -> None:
    assert len(Run(FakeMachine(), make_record("a"), budget_s=0.5)().pairs) == 1


def test_pairs_are_counted_against_those_that_the_stage_wants() -> None:
    run = Run(FakeMachine(), make_record("a", "b"))
    run()
    assert run.listener.pairs[0] == (1, 24, 6.0)
    assert run.listener.pairs[-1] == (24, 24, 144.0)


def test_a_side_that_breaks_gets_fresh_processes_and_is_given_up_after_two_failures() -> None:
    run = Run(FakeMachine(broken=("b",)), make_record("a", "b", "c"))
    record = run()
    assert [(each.case, each.kind, each.number, each.side) for each in record.failures] == [
        ("b", "gate", 0, "head"),
        ("b", "gate", 1, "head"),
    ]
    assert run.listener.lines == ["head failed: b: out of luck"] * 2
    assert run.machine.processes == ()
    assert run.machine.num_starts == 3
    decision = decide(record)
    assert [each.verdict for each in decision.findings] == [GateVerdict.OK, GateVerdict.FAILED, GateVerdict.OK]


def test_nothing_that_works_is_nothing_compared() -> None:
    record = Run(FakeMachine(broken=("a", "b")), make_record("a", "b"))()
    assert decide(record).outcome is Outcome.NOT_COMPARED


@pytest.mark.parametrize("turn", [1, 50, 100])
def test_an_interrupt_ends_the_processes_and_keeps_what_is_there(turn: int) -> None:
    run = Run(FakeMachine(interrupted_at=turn), make_record("a", "b"))
    with pytest.raises(KeyboardInterrupt):
        run()
    assert run.machine.processes == ()
    assert run.kept[-1].interruption == "interrupted"
    assert len(run.kept[-1].pairs) == (turn - 1) // 6
    assert decide(run.kept[-1]).outcome in {Outcome.INCONCLUSIVE, Outcome.NOT_COMPARED}


def test_pairs_are_pinned_only_if_the_design_says_so() -> None:
    assert {pair.core for pair in Run(FakeMachine(), make_record("a"), is_pinned=False)().pairs} == {None}
    cores = {pair.core for pair in Run(FakeMachine(), make_record("a"), is_pinned=True)().pairs}
    assert len(cores) == 1
    assert cores <= find_allowed_cores()


def test_the_same_seed_draws_the_same_lots_and_another_one_others() -> None:
    records = [Run(FakeMachine(), replace(make_record("a", "b", "c"), seed=seed))() for seed in (1, 1, 2)]
    drawn = [[(pair.case, pair.kind, pair.first) for pair in record.pairs] for record in records]
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


@pytest.mark.parametrize("count", [1, 3, 4, 10])
def test_lots_are_shared_out_within_a_round_and_fair_from_round_to_round(count: int) -> None:
    lots = Lots(1)
    rounds = [lots.draw(count, "screen", number) for number in range(4000)]
    assert all(max(counts) - min(counts) <= 1 for counts in ([each.count(lot) for lot in SQUARE] for each in rounds))
    for at in range(count):
        shares = Counter(each[at] for each in rounds)
        assert all(0.22 < shares[lot] / 4000 < 0.28 for lot in SQUARE)
        slots = [each[at].head_slot for each in rounds]
        runs = Counter(tuple(slots[start : start + 4]) for start in range(0, 4000, 4))
        assert len(runs) == 16, "also four of the same in a row"
    assert rounds != [Lots(2).draw(count, "screen", number) for number in range(4000)]
    assert rounds != [lots.draw(count, "confirm", number) for number in range(4000)]


@pytest.mark.long
@pytest.mark.parametrize(
    "noise",
    [
        lambda number: (-1) ** number,  # up and down from pair to pair
        lambda number: (-1) ** (number // 6),  # sticks to the processes, which are replaced every six rounds
        lambda number: number - 5.5,  # drifts
    ],
)
def test_what_changes_from_round_to_round_does_not_pass_for_head(noise: Callable[[int], float]) -> None:
    lots, p_values = Lots(5), []
    for trial in range(300):
        rounds = [lots.draw(10, f"trial {trial}", number) for number in range(12)]
        for at in range(10):
            sides = [1 if each[at].head_slot else -1 for each in rounds]
            p_values.append(sign_flip_p_value([side * noise(number) for number, side in enumerate(sides)]))
    for level in (0.004, 0.05):
        alarms = sum(p_value <= level for p_value in p_values)
        assert stats.binomtest(alarms, len(p_values), level, alternative="greater").pvalue > 0.001


def test_every_start_of_processes_has_another_hash_seed() -> None:
    seeds = [Lots(1).draw_hash_seed(number) for number in range(100)]
    assert len(set(seeds)) == 100
    assert all(0 <= seed < HASH_SEEDS for seed in seeds)
