"""Sweeps of simulated turns: who wins, what is recommended, what a failure and the end of the budget do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_sweeps import FakeMachine, resume_sweep, start_sweep

from bench.sweep.sweep import run_sweep
from bench.workers.worker_process import WorkerError
from reports.record.program import Extent
from reports.sweep.record import SweepRecord
from reports.sweep.result import SweepResult, judge_sweep, recommend

NUM_SIMULATED = 200


def sweep(machine: FakeMachine, budget_s: float = 240.0) -> tuple[SweepResult, list[str]]:
    state, heard = start_sweep(machine, budget_s)
    run_sweep(state)
    return judge_sweep(state.record), heard.lines


def simulate(gains: list[float], seed: int) -> SweepResult:
    """A sweep of candidates with these gains, on a machine as noisy as a shared one."""
    seconds = {"made": 0.5, **{f"c{place}": 0.5 / gain for place, gain in enumerate(gains, start=1)}}
    machine = FakeMachine(seconds, seed, process_noise=0.1, turn_noise=0.15)
    state, _ = start_sweep(machine, seed=seed)
    run_sweep(state)
    return judge_sweep(state.record)


def test_of_candidates_that_gain_nothing_hardly_ever_one_is_recommended() -> None:
    recommended = sum(simulate([1.0] * 6, seed).is_recommended for seed in range(NUM_SIMULATED))
    assert recommended <= 0.05 * NUM_SIMULATED


def test_a_gain_of_a_half_is_found_among_candidates_that_gain_nothing() -> None:
    results = [simulate([1.0, 1.0, 1.5, 1.0], seed) for seed in range(100)]
    found = [each for each in results if each.is_recommended and each.winner is not None and each.winner.name == "c3"]
    assert len(found) >= 95
    covered = sum(each.gain.low <= 1.5 <= each.gain.high for each in found if each.gain and each.gain.low)
    assert covered >= 90, "the interval of the fresh pairs holds what is true"


def test_what_cannot_win_any_more_is_let_go_and_told_and_takes_no_further_turn() -> None:
    result, lines = sweep(FakeMachine({"made": 1.0, "slow": 2.0, "fast": 0.5, "faster": 0.4}))
    dropped = {each.name: each for each in result.record.dropped}
    assert {name: (each.num_rounds, each.has_failed) for name, each in dropped.items()} == {
        "slow": (6, False),
        "fast": (6, False),
    }
    assert dropped["slow"].why == "0.5000 [0.5000, 0.5000] times as fast as made, faster 2.500 [2.500, 2.500]"
    assert f"slow is out after 6 rounds: {dropped['slow'].why}" in lines
    turns = {case.name: len(case.turns) for case in result.record.cases if case.consumer == "drain"}
    assert turns == {"made": 6, "slow": 6, "fast": 6, "faster": 6}
    assert recommend(result) == (
        "change made to faster: 2.500 [2.500, 2.500] times as fast as made on 12 fresh pairs of processes"
    )


def test_the_pairs_come_from_processes_that_took_no_part_in_the_race() -> None:
    machine = FakeMachine({"made": 1.0, "fast": 0.5})
    result, _ = sweep(machine)
    assert result.record.confirmation is not None
    assert len(result.record.confirmation.differences) == 12
    assert machine.started.count("made") == machine.started.count("fast") == 1 + 12 + 2  # the race, pairs, two readings


def test_who_is_slower_than_the_pipeline_as_it_is_is_out_and_nobody_has_won() -> None:
    machine = FakeMachine({"made": 1.0, "slow": 1.5, "slower": 2.0})
    result, _ = sweep(machine)
    assert [each.why for each in result.record.dropped] == [
        f"{ratio} times as fast as made" for ratio in ("0.6667 [0.6667, 0.6667]", "0.5000 [0.5000, 0.5000]")
    ]
    assert recommend(result) == "leave made as it is: no gain could be shown, none of 2 candidates was faster"
    assert result.record.confirmation is None


@pytest.mark.parametrize(("seconds", "name"), [(0.51, "few"), (0.52, "many")])
def test_who_is_as_fast_with_fewer_changes_wins(seconds: float, name: str) -> None:
    machine = FakeMachine({"made": 1.0, "few": seconds, "many": 0.5}, turn_noise=0.001)
    machine.random.seed(1)
    state, _ = start_sweep(machine)
    proposal = state.record.proposal
    few, many = proposal.candidates
    state.record = replace(
        state.record, proposal=replace(proposal, candidates=(few, replace(many, changes=("one", "two"))))
    )
    run_sweep(state)
    winner = judge_sweep(state.record).winner
    assert winner is not None
    assert winner.name == name


@pytest.mark.parametrize("turn", [-1, 0, 1, 4])
def test_a_candidate_that_fails_or_hangs_is_told_and_the_others_go_on(turn: int) -> None:
    result, lines = sweep(FakeMachine({"made": 1.0, "bad": 0.4, "good": 0.5}, fails={"bad": turn}))
    (dropped,) = result.record.dropped
    assert (dropped.name, dropped.has_failed) == ("bad", True)
    assert dropped.num_rounds == (2 if turn == 4 else 0), "of whole blocks"
    assert any(line.startswith("bad is out: ") and "made.py:make" in line for line in lines)
    assert ("  | the last words" in lines) == (turn >= 0)
    assert result.is_recommended
    assert result.winner is not None
    assert result.winner.name == "good"
    assert "bad" not in {case.name for case in result.record.cases}


@pytest.mark.parametrize("turn", [-1, 0, 3])
def test_a_pipeline_that_fails_as_it_is_ends_the_sweep(turn: int) -> None:
    state, _ = start_sweep(FakeMachine({"made": 1.0, "good": 0.5}, fails={"made": turn}))
    with pytest.raises(WorkerError, match=r"^made\.py:make (hangs|fails)"):
        run_sweep(state)


@pytest.mark.parametrize("budget_s", [30.0, 60.0, 120.0, 300.0])
@pytest.mark.parametrize("turn_s", [0.05, 1.0, 4.0])
def test_the_budget_is_kept_and_the_slowest_leave_first_where_there_is_no_time_for_all(
    budget_s: float, turn_s: float
) -> None:
    seconds = {"made": turn_s, **{f"c{place}": turn_s * (0.8 + 0.05 * place) for place in range(8)}}
    machine = FakeMachine(seconds)
    state, _ = start_sweep(machine, budget_s)
    run_sweep(state)
    least_s = 2 * len(seconds) * (turn_s + 1)  # every process started and warmed up, and one round
    assert machine.now_s <= max(budget_s, least_s) + 2 * (turn_s + 1)
    assert state.record.has_read
    assert all(each.name != "c0" for each in state.record.dropped), "the fastest is the last to leave"
    assert state.record.spent_s == pytest.approx(machine.now_s)
    read = {case.name for case in state.record.cases if case.consumer == "memory"}
    told = next((line for line in state.record.unread if "the memory of" in line), "")
    assert {name for name in ("made", *state.record.left) if name not in read} == set(
        told.removeprefix("no time to read the memory of ").split(", ") if told else ()
    ), "what was not read is told"


def test_of_many_candidates_a_few_at_a_time_take_turns_and_the_fastest_of_all_race() -> None:
    seconds = {"made": 1.0, **{f"c{place}": 1.0 - 0.02 * place for place in range(20)}}
    machine = FakeMachine(seconds)
    state, _ = start_sweep(machine, 600.0)
    run_sweep(state)
    assert machine.most_alive == 1 + 8
    result = judge_sweep(state.record)
    assert result.winner is not None
    assert result.winner.name == "c19"
    slowest = [each for each in state.record.dropped if each.num_rounds == 2]
    assert {each.name for each in slowest} == {f"c{place}" for place in range(12)}
    for case in state.record.cases:
        rounds = [turn.round for turn in case.turns]
        assert rounds == sorted(set(rounds))


def test_heats_go_on_where_they_were_stopped() -> None:
    seconds = {"made": 1.0, **{f"c{place}": 1.0 - 0.02 * place for place in range(20)}}
    machine = FakeMachine(seconds)
    kept: list[SweepRecord] = []
    state, _ = start_sweep(machine, 600.0, kept.append)
    machine.is_stopped_at = 70.0
    with pytest.raises(KeyboardInterrupt):
        run_sweep(state)
    done = {case.name for case in kept[-1].cases if len(case.turns) >= 2}
    assert 9 <= len(done) < 21
    machine = FakeMachine(seconds)
    state, _ = resume_sweep(machine, kept[-1], 600.0)
    run_sweep(state)
    assert all(machine.started.count(name) == 0 for name in done if name in {f"c{place}" for place in range(8)})
    winner = judge_sweep(state.record).winner
    assert winner is not None
    assert winner.name == "c19"


def test_heats_for_which_there_is_no_time_are_left_out_and_told() -> None:
    seconds = {"made": 2.0, **{f"c{place}": 2.0 - 0.02 * place for place in range(30)}}
    machine = FakeMachine(seconds)
    state, heard = start_sweep(machine, 120.0)
    run_sweep(state)
    assert "c29 is out after 0 rounds: no time for all" in heard.lines
    assert machine.now_s <= 130


def test_too_few_pairs_in_the_budget_show_nothing() -> None:
    result, _ = sweep(FakeMachine({"made": 4.0, "fast": 2.0}), 60.0)
    assert result.gain is not None
    assert 0 < result.gain.count < 6
    assert not result.is_recommended
    assert recommend(result) == (
        f"no gain could be shown: fast has {result.gain.count} fresh pairs of the 6 that it takes: the budget ended"
    )


def test_a_winner_that_fails_on_fresh_pairs_is_not_recommended() -> None:
    machine = FakeMachine({"made": 0.9, "fast": 0.5})
    state, _ = start_sweep(machine)
    keep = state.keep

    def break_it(record: SweepRecord) -> None:
        keep(record)
        if record.has_raced:
            machine.fails = {"fast": -1}

    state.keep = break_it
    run_sweep(state)
    told = recommend(judge_sweep(state.record))
    assert told.startswith("no gain could be shown: fast has 0 fresh pairs of the 6 that it takes: fast: made.py:make")


def test_nothing_to_try_is_said_at_once() -> None:
    machine = FakeMachine({"made": 1.0})
    result, _ = sweep(machine)
    assert machine.started == []
    assert recommend(result) == "leave made as it is: no change is known that surely keeps its meaning"


def list_states(machine: FakeMachine, budget_s: float = 240.0) -> list[SweepRecord]:
    kept: list[SweepRecord] = []
    state, _ = start_sweep(machine, budget_s, kept.append)
    run_sweep(state)
    return kept


def test_a_sweep_goes_on_from_wherever_it_was_killed_and_measures_nothing_twice() -> None:
    seconds = {"made": 1.0, "slow": 2.0, "fast": 0.5}
    whole = list_states(FakeMachine(seconds))
    for before in whole[:: max(1, len(whole) // 12)]:
        machine = FakeMachine(seconds)
        state, _ = resume_sweep(machine, before)
        run_sweep(state)
        assert recommend(judge_sweep(state.record)) == recommend(judge_sweep(whole[-1]))
        for case in before.cases:
            (after,) = [each for each in state.record.cases if (each.name, each.consumer) == (case.name, case.consumer)]
            assert after.turns[: len(case.turns)] == case.turns
            rounds = [turn.round for turn in after.turns]
            assert rounds == sorted(set(rounds)), "rounds are numbered on"
        if before.confirmation is not None:
            assert state.record.confirmation is not None
            done = len(before.confirmation.differences)
            assert state.record.confirmation.differences[:done] == before.confirmation.differences
            assert machine.started.count("slow") == 0
        if before.has_read:
            assert machine.started == []


def test_who_goes_on_has_the_time_that_was_left() -> None:
    before = next(each for each in list_states(FakeMachine({"made": 1.0, "fast": 0.5})) if each.has_confirmed)
    machine = FakeMachine({"made": 1.0, "fast": 0.5})
    state, _ = resume_sweep(machine, before, budget_s=before.spent_s + 14)
    run_sweep(state)
    assert state.record.unread == (
        "no time to read the memory of fast",
        "no time to read the mixing of made, fast",
    )


def test_who_is_stopped_keeps_the_turns_of_the_block_that_had_begun() -> None:
    machine = FakeMachine({"made": 1.0, "fast": 0.5})
    kept: list[SweepRecord] = []
    state, _ = start_sweep(machine, keep=kept.append)
    machine.is_stopped_at = 6.2  # two processes and warm-ups take 3.5 s, a round 1.5 s
    with pytest.raises(KeyboardInterrupt):
        run_sweep(state)
    assert sorted(len(case.turns) for case in kept[-1].cases) == [1, 2]
    assert not kept[-1].has_raced
    machine = FakeMachine({"made": 1.0, "fast": 0.5})
    state, _ = resume_sweep(machine, kept[-1])
    run_sweep(state)
    (made,) = [case for case in state.record.cases if (case.name, case.consumer) == ("made", "drain")]
    assert {turn.process for turn in made.turns} == {0, 1}


def test_what_is_cut_takes_as_many_batches_when_it_goes_on() -> None:
    extent = Extent(10, is_cut=True)
    before = list_states(FakeMachine({"made": 1.0, "fast": 0.5}, extent=extent))[3]
    machine = FakeMachine({"made": 1.0, "fast": 0.5}, extent=Extent(33, is_cut=True))
    state, _ = resume_sweep(machine, before)
    run_sweep(state)
    assert {case.extent for case in state.record.cases if case.consumer == "drain"} == {extent}
