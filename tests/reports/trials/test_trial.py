"""Trials: lines that survive a kill, counts by hand, exact limits, and the tables."""

import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from gates import add_pairs, screened

from reports.drawing.text import render_text
from reports.gate.file import save_gate
from reports.gate.record import Side
from reports.gate.verdict import decide
from reports.record.errors import RecordError
from reports.stats.median import Estimate
from reports.summary.outcome import Outcome
from reports.trials.peers import RULES, PeerVerdict
from reports.trials.redecide import decide_again
from reports.trials.tables import render_tallies_json, tabulate_tallies
from reports.trials.tallies import OURS, CaseTally, Tally, bound_share, tally_cases, tally_trials
from reports.trials.trial import TRIALS as LINES, Trial, build_trial, load_trials

ROOT = Path(__file__).parents[3]
RULE = "pytest-benchmark mean 5%"


def same(number: int, outcome=Outcome.FINE, regressed=(), flagged=(), stored=None) -> Trial:
    peers, others = (PeerVerdict(RULE, flagged),), None if stored is None else (PeerVerdict(RULE, stored),)
    when, file = "2026-11-25T10:00", "t.json"
    return Trial(number, "A/A same", 0.0, "", outcome, regressed, peers, 120, 60.5, when, file, stored=others)


def slower(number: int, slowdown: float = 0.05, outcome=Outcome.FINE, regressed=(), flagged=(), *, stored=()) -> Trial:
    return replace(same(number, outcome, regressed, flagged, stored), kind="A/B", slowdown=slowdown, case="a")


def test_trials_come_back_as_they_were_appended(tmp_path: Path) -> None:
    trials = (same(0), slower(1, regressed=("a", "b"), flagged=("b",), stored=("a",)))
    for trial in trials:
        LINES.append(trial, tmp_path / "trials.jsonl")
    assert load_trials(tmp_path / "trials.jsonl") == trials


@pytest.mark.parametrize("text", ["x", '{"benchmarks": []}', '{"mnist_bench_gate": 1}', "mine\n[]"])
def test_a_file_of_something_else_is_neither_read_nor_cut(text: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text(text)
    for act in (lambda: load_trials(file), lambda: LINES.append(same(0), file)):
        with pytest.raises(RecordError, match="does not end in a trial: give a file that trials of the gate left"):
            act()
    assert file.read_text() == text


def test_a_trial_that_stands_twice_is_refused(tmp_path: Path) -> None:
    for number in (0, 1, 1):
        LINES.append(same(number), tmp_path / "trials.jsonl")
    with pytest.raises(RecordError, match="line 3 repeats trial 1: two slices ran at once; remove it"):
        load_trials(tmp_path / "trials.jsonl")


@pytest.mark.parametrize("cut", [1, 10, 200, 10_000])
def test_a_line_cut_short_by_a_kill_is_measured_again(cut: int, tmp_path: Path) -> None:
    file = tmp_path / "trials.jsonl"
    for number in range(3):
        LINES.append(same(number), file)
    whole = file.read_bytes()
    file.write_bytes(whole[: max(len(whole) - cut, len(whole) * 2 // 3 + 5)])
    assert load_trials(file) == (same(0), same(1))
    LINES.append(same(2), file)
    assert load_trials(file) == (same(0), same(1), same(2))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{}", "line 2 is damaged, or no trial"),
        ("[]", "line 2 is damaged, or no trial"),
        ("not JSON", "line 2 is damaged, or no trial"),
        ("[" * 100_000, "line 2 is damaged, or no trial"),
        ('{"mnist_bench_trial": 2}', "line 2 has another format than 1: use a newer version"),
    ],
)
def test_a_damaged_line_is_refused_by_its_number(line: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "trials.jsonl"
    LINES.append(same(0), file)
    file.write_text(f"{file.read_text()}{line}\n")
    with pytest.raises(RecordError, match=reason) as caught:
        load_trials(file)
    assert str(file) in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [{"kind": "A/C"}, {"outcome": "good"}, {"number": "0"}, {"regressed": "a"}, {"surprise": 1}, {"slowdown": 0.05}],
)
def test_a_line_with_a_field_that_cannot_be_is_refused(change, tmp_path: Path) -> None:
    file = tmp_path / "trials.jsonl"
    LINES.append(same(0), file)
    file.write_text(json.dumps({**json.loads(file.read_text()), **change}) + "\n")
    with pytest.raises(RecordError, match="line 1 is damaged, or no trial"):
        load_trials(file)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"slowdown": 0.05}, "belong to A/B, and only there"),
        ({"case": "a"}, "belong to A/B, and only there"),
        ({"kind": "A/B"}, "belong to A/B, and only there"),
        ({"kind": "A/B", "slowdown": 0.05}, "belong to A/B, and only there"),
    ],
)
def test_a_trial_that_cannot_be_is_refused(change, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        replace(same(0), **change)


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (0, 0, 0.0, 1.0),
        (0, 100, 0.0, 0.0362),  # 1 - 0.025^(1/100)
        (100, 100, 0.9638, 1.0),
        (1, 1, 0.025, 1.0),
        (5, 20, 0.0866, 0.4910),  # any table
    ],
)
def test_exact_limits_by_the_tables(count: int, total: int, low: float, high: float) -> None:
    assert bound_share(count, total) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


TRIALS = (
    same(0),
    same(1, Outcome.REGRESSED, ("a",), ("a",), ("b",)),
    same(2, Outcome.INCONCLUSIVE, (), ("a", "b"), ()),
    same(3, Outcome.FAILED),
    slower(4, 0.05, Outcome.REGRESSED, ("a",), ("a", "b"), stored=("a", "b")),
    slower(5, 0.05, Outcome.REGRESSED, ("b",), ("b",), stored=("a",)),
    slower(6, 0.05, Outcome.INCONCLUSIVE, stored=("b",)),
    slower(7, 0.05, Outcome.FINE, (), ("a",), stored=("a",)),
    slower(8, 0.02, Outcome.FINE),
)


def test_alarms_and_finds_are_counted_by_hand() -> None:
    tallies = {(each.kind, each.slowdown, each.rule): each for each in tally_trials(TRIALS)}
    assert list(tallies) == [
        ("A/A same", 0.0, OURS),
        ("A/A same", 0.0, RULE),
        ("A/B", 0.02, OURS),
        ("A/B", 0.02, RULE),
        ("A/B", 0.05, OURS),
        ("A/B", 0.05, RULE),
    ]

    def counts(kind: str, slowdown: float, rule: str) -> tuple[int, int, int, int, int]:
        tally = tallies[kind, slowdown, rule]
        named = (tally.num_trials, tally.num_flagged, tally.num_inconclusive, tally.num_elsewhere, tally.num_broken)
        assert (tally.low, tally.high) == bound_share(tally.num_flagged, tally.num_trials)
        return named

    assert counts("A/A same", 0.0, OURS) == (3, 1, 1, 0, 1)
    assert counts("A/A same", 0.0, RULE) == (3, 2, 0, 0, 1)
    assert counts("A/B", 0.05, OURS) == (4, 1, 1, 1, 0)
    assert counts("A/B", 0.05, RULE) == (4, 2, 0, 2, 0)
    assert counts("A/B", 0.02, OURS) == (1, 0, 0, 0, 0)
    assert {key: (each.num_stored_flagged, each.num_stored) for key, each in tallies.items() if each.num_stored} == {
        ("A/A same", 0.0, RULE): (1, 2),  # the first trial has none before it
        ("A/B", 0.02, RULE): (0, 1),
        ("A/B", 0.05, RULE): (3, 4),
    }


def test_both_kinds_of_unchanged_code_are_also_counted_together() -> None:
    rebuilt = [replace(trial, kind="A/A rebuilt") for trial in (same(9, Outcome.REGRESSED, ("b",)), same(10))]
    tallies = tally_trials([*TRIALS, *rebuilt])
    assert list(dict.fromkeys(each.kind for each in tallies)) == ["A/A", "A/A same", "A/A rebuilt", "A/B"]
    both = tallies[0]
    assert (both.rule, both.num_trials, both.num_flagged, both.num_inconclusive, both.num_broken) == (OURS, 5, 2, 1, 1)
    assert (both.low, both.high) == bound_share(2, 5)


def test_finds_are_counted_by_case() -> None:
    other = replace(slower(9, 0.05, Outcome.REGRESSED, ("b",)), case="b", seen=1.04)
    broken = slower(10, 0.05, Outcome.FAILED)
    assert tally_cases([*TRIALS, other, broken]) == (
        CaseTally("a", 0.02, None, 1, 0),
        CaseTally("a", 0.05, None, 4, 1),
        CaseTally("b", 0.05, Estimate(1.04, None, None, 1), 1, 1),
    )


def test_a_class_in_which_all_went_wrong_has_no_share() -> None:
    (tally,) = tally_trials([same(0, Outcome.FAILED)])
    assert tally == Tally("A/A same", 0.0, OURS, 0, 0, 0.0, 1.0, 0, 0, 1)


def test_a_trial_is_built_from_a_decision() -> None:
    gate = add_pairs(screened("a", "b", a=[0.1] * 6), "a", "confirm", [0.1] * 12)
    trial = build_trial(decide(gate), number=3, kind="A/B", slowdown=0.1, case="a", gate_file="3.json")
    assert (trial.outcome, trial.regressed, trial.num_pairs) == (Outcome.REGRESSED, ("a",), len(gate.pairs))
    assert [peer.rule for peer in trial.peers] == [rule.name for rule in RULES]
    assert trial.peers[0] == PeerVerdict(RULE, ("a",))


def test_a_stored_base_is_that_of_the_run_before() -> None:
    calm, slow = (add_pairs(screened("a", "b"), "a", "confirm", [each] * 12) for each in (0.0, 0.2))
    quick = replace(calm, pairs=tuple(replace(pair, base=shorten(pair.base)) for pair in calm.pairs))
    after_calm = build_trial(decide(slow), number=1, kind="A/A same", former=calm)
    after_quick = build_trial(decide(calm), number=1, kind="A/A same", former=quick)
    alone = build_trial(decide(calm), number=1, kind="A/A same")
    assert after_calm.stored == after_calm.peers  # as both bases are equal
    assert alone.stored is None
    assert alone.peers[0].flagged == ()
    assert after_quick.stored[0] == PeerVerdict(RULE, ("a", "b"))


def shorten(side: Side) -> Side:
    return replace(side, turns=tuple(replace(turn, wall_ns=turn.wall_ns // 2) for turn in side.turns))


@pytest.mark.process
def test_trials_are_decided_again_from_their_turns(tmp_path: Path) -> None:
    calm, slow = (add_pairs(screened("a", "b", a=[each] * 6), "a", "confirm", [each] * 12) for each in (0.0, 0.2))
    files = ["gates/0.json", "", "gates/2.json"]
    for gate, file in ((calm, files[0]), (slow, files[2])):
        save_gate(gate, tmp_path / file)
    broken = replace(same(1, Outcome.FAILED), gate_file="")
    listed = [replace(same(0, Outcome.REGRESSED, ("b",)), gate_file=files[0]), broken]
    listed.append(replace(slower(2), gate_file=files[2]))
    again = list(decide_again(listed, tmp_path))
    assert [(each.number, each.kind, each.slowdown, each.case) for each in again] == [
        (each.number, each.kind, each.slowdown, each.case) for each in listed
    ]
    assert [each.outcome for each in again] == [Outcome.FINE, Outcome.FAILED, Outcome.REGRESSED]
    assert again[0] == build_trial(decide(calm), number=0, kind="A/A same", gate_file=files[0])
    assert again[1] == broken
    assert again[2].regressed == ("a",)
    assert again[2].stored[0] == PeerVerdict(RULE, ("a",))  # the base of trial 0, as trial 1 has none
    for trial in listed:
        LINES.append(trial, tmp_path / "trials.jsonl")
    done = run("trials.jsonl", "--again", "--json", cwd=tmp_path)
    assert done.stdout.strip() == render_tallies_json(tally_trials(again), tally_cases(again))
    (tmp_path / files[2]).unlink()
    done = run("trials.jsonl", "--again", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: gates/2.json does not exist")


TABLE = """\
the same build against itself: 3 trials, 1 more went wrong

  rule                          alarms  of              share  inconclusive  stored base
 ───────────────────────────────────────────────────────────────────────────────────────
  mnist-bench gate                   1   3  33.3% [0.8, 90.6]             1
  pytest-benchmark mean 5%           2   3  66.7% [9.4, 99.2]                     1 of 2

5% more work in one case: 4 trials

  rule                          found  of              share  elsewhere  inconclusive  stored base
 ─────────────────────────────────────────────────────────────────────────────────────────────────
  mnist-bench gate                  1   4  25.0% [0.6, 80.6]          1             1
  pytest-benchmark mean 5%          2   4  50.0% [6.8, 93.2]          2                     3 of 4

mnist-bench gate, by the case that was slowed down

  case                          meant  its CPU time  found  of
 ─────────────────────────────────────────────────────────────
  a                                5%                    1   4

 share: with Clopper and Pearson's exact 95% interval; a trial is a run of the whole suite
 inconclusive: neither an alarm nor found; elsewhere: a case that was not slowed down is flagged
 the other rules are given the very turns of the gate, interleaved, all of them
 stored base: the same rule and head, with base's turns of the trial before, as they are mostly used"""


def test_the_table_is_as_it_is_printed() -> None:
    assert render_text(tabulate_tallies(tally_trials(TRIALS[:-1]), tally_cases(TRIALS[:-1]))) == TABLE


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "reports", "trials", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=environment)


@pytest.mark.process
def test_the_command_counts_what_a_file_holds(tmp_path: Path) -> None:
    for trial in TRIALS[:-1]:
        LINES.append(trial, tmp_path / "trials.jsonl")
    done = run("trials.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\n".join(line.rstrip() for line in done.stdout.splitlines()) == TABLE
    done = run("trials.jsonl", "--json", cwd=tmp_path)
    assert done.stdout.strip() == render_tallies_json(tally_trials(TRIALS[:-1]), tally_cases(TRIALS[:-1]))
    assert json.loads(done.stdout)["tallies"][0]["num_flagged"] == 1
    done = run("none.jsonl", cwd=tmp_path)
    reason = "error: none.jsonl does not exist: give the file that trials of the gate left.\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", reason)


def test_what_was_added_is_seen_in_the_pairs_of_the_screen() -> None:
    gate = add_pairs(screened("a", "b", b=[0.04, 0.05, 0.06] * 2), "b", "confirm", [0.5] * 12)
    trial = build_trial(decide(gate), number=0, kind="A/B", slowdown=0.05, case="b")
    assert trial.seen == pytest.approx(math.exp(0.05), rel=1e-3)
    assert build_trial(decide(gate), number=0, kind="A/A same").seen is None


def test_the_title_of_a_class_says_what_was_seen() -> None:
    trials = [replace(slower(number), seen=1 + number / 100) for number in range(1, 8)]
    (tally, *_) = tally_trials(trials)
    assert tally.seen == Estimate(1.04, 1.01, 1.07, 7)
    text = render_text(tabulate_tallies([tally], ()))
    title = "5% more work in one case: 7 trials; its CPU time +4.0% [+1.0%, +7.0%]"
    assert text.splitlines()[0].rstrip() == title
