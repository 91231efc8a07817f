"""Against a stored run: what is compared on the same machine and on another, and on which side of which boundary."""

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from reports.claims.claim import Claim
from reports.gate import against as gate_against
from reports.gate.against import Again, divide, find_differences, judge_against
from reports.gate.against_table import render_against, render_against_json
from reports.gate.record import Threshold
from reports.gate.verdict import Verdict
from reports.record.record import CaseRecord, Machine, Record, Sample, Setting, Turn
from reports.stats.median import Estimate
from reports.summary.outcome import Outcome

SETTING = Setting("mnist.npz", "ab" * 32, (("python", "3.11.7"), ("tensorflow", "2.21.0")))
HERE, THERE = Machine("Test CPU", 2, "Linux"), Machine("Other CPU", 8, "Linux")
STEADY = [100.0, 101.0, 99.0, 100.0, 100.5, 99.5]  # the interval is 99 to 101


@pytest.fixture(autouse=True)
def _no_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_against, "load_claims", lambda: ())


def timed(name: str, walls: list[float], **choices) -> CaseRecord:
    turns = tuple(Turn(number, Sample(round(wall * 1e6), 1, 1, 10)) for number, wall in enumerate(walls))
    case = CaseRecord(name, "batch(1)", "drain", "default", "cpu", SETTING, 1, None, turns)
    return replace(case, **choices)


def record(machine: Machine, *cases: CaseRecord) -> Record:
    return Record(cases, machine, "2026-11-24T08:00:00")


def judge(then: dict[str, list[float]], now: dict[str, list[float]], machine: Machine = HERE, metric="time"):
    again = [Again(name, timed(name, then[name]), timed(name, now[name])) for name in then]
    stored, present = (
        record(where, *(getattr(each, when) for each in again))
        for where, when in ((machine, "stored"), (HERE, "present"))
    )
    thresholds = [Threshold(name, metric, 0.05, 0.01) for name in then]
    return judge_against(stored, present, again, thresholds, failed={}, missing=())


def scaled(factor: float) -> list[float]:
    return [factor * wall for wall in STEADY]


def test_a_change_is_the_ratio_of_the_medians_and_its_ends_those_of_both_intervals() -> None:
    change = divide(Estimate(110, 105, 120, 7), Estimate(100, 96, 105, 6))
    assert (change.median, change.low, change.high, change.count) == (1.1, 1.0, 1.25, 6)
    assert divide(Estimate(110, None, None, 3), Estimate(100, 96, 105, 6)) == Estimate(1.1, None, None, 3)


@pytest.mark.parametrize(
    ("factor", "verdict"),
    [
        (0.96, Verdict.IMPROVED),  # 99/101 to 101/99 times 0.96 is 0.941 to 0.979
        (1.00, Verdict.OK),
        (1.029, Verdict.OK),  # up to 1.0498
        (1.030, Verdict.INCONCLUSIVE),  # up to 1.0508; from 1.0096
        (1.031, Verdict.REGRESSED),  # from 1.0106
        (1.200, Verdict.REGRESSED),
    ],
)
def test_on_the_same_machine_times_are_compared(factor: float, verdict: Verdict) -> None:
    decision = judge({"a": STEADY}, {"a": scaled(factor)})
    assert [each.verdict for each in decision.findings] == [verdict]
    assert decision.findings[0].change.median == pytest.approx(factor)


@pytest.mark.parametrize(
    ("verdicts", "outcome"),
    [
        ((1.2, 1.0, 1.03), Outcome.REGRESSED),
        ((1.0, 1.03), Outcome.INCONCLUSIVE),
        ((1.0, 0.9), Outcome.FINE),
    ],
)
def test_the_worst_decides(verdicts: tuple[float, ...], outcome: Outcome) -> None:
    now = {f"case{number}": scaled(factor) for number, factor in enumerate(verdicts)}
    assert judge(dict.fromkeys(now, STEADY), now).outcome is outcome


def test_on_another_machine_only_ratios_to_the_reference_are_compared() -> None:
    # all is three times slower here, and a beside it another 20 %
    then = {"post": STEADY, "a": scaled(0.5), "b": scaled(2.0)}
    now = {"post": scaled(3.0), "a": scaled(0.6 * 3), "b": scaled(2.0 * 3)}
    decision = judge(then, now, THERE)
    assert [(each.threshold.case, each.verdict) for each in decision.findings] == [
        ("a", Verdict.REGRESSED),
        ("b", Verdict.OK),
    ]
    assert decision.findings[0].change.median == pytest.approx(1.2)
    assert any("only ratios to post within each run are compared" in line for line in decision.caveats)
    assert any("processor Other CPU then, Test CPU now; cores 8 then, 2 now" in line for line in decision.caveats)


def test_what_slows_a_round_down_is_not_in_a_ratio() -> None:
    wild = [100.0, 900.0, 90.0, 700.0, 110.0, 1000.0]
    halves = [wall / 2 for wall in wild]
    decision = judge({"post": STEADY, "a": scaled(0.5)}, {"post": wild, "a": halves}, THERE)
    assert decision.findings[0].verdict is Verdict.OK
    assert decision.findings[0].change.low == pytest.approx(1.0)


def test_without_the_reference_nothing_can_be_said_on_another_machine() -> None:
    decision = judge({"a": STEADY}, {"a": scaled(2.0)}, THERE)
    assert decision.findings[0].reason == "there is no post beside it to make a ratio of"
    assert decision.outcome is Outcome.NOT_COMPARED


def test_a_reference_of_another_consumer_or_group_is_none() -> None:
    pairs = [
        Again("a", timed("a", STEADY), timed("a", STEADY)),
        Again("post", timed("post", STEADY, group="claims"), timed("post", STEADY)),
        Again("post-raw", timed("post", STEADY, arm="raw"), timed("post", STEADY, arm="raw")),
    ]
    stored, present = record(THERE, *(each.stored for each in pairs)), record(HERE, *(each.present for each in pairs))
    thresholds = [Threshold("a", "time", 0.05, 0.01)]
    (finding,) = judge_against(stored, present, pairs, thresholds, failed={}, missing=()).findings
    assert finding.change is None


def test_too_few_turns_and_bytes_are_undecided() -> None:
    few = judge({"a": STEADY[:5]}, {"a": scaled(2.0)}).findings[0]
    assert (few.verdict, few.reason) == (Verdict.INCONCLUSIVE, "too few turns")
    memory = judge({"a": STEADY}, {"a": STEADY}, metric="memory")
    assert memory.findings[0].reason == "bytes are not read again: use --base"
    assert memory.outcome is Outcome.NOT_COMPARED


def test_other_versions_are_another_setting_and_equal_ones_are_none() -> None:
    stored, present = record(HERE, timed("a", STEADY)), record(HERE, timed("a", STEADY))
    assert find_differences(stored, present) == []
    older = replace(SETTING, versions=(("python", "3.11.7"), ("tensorflow", "2.20.0")))
    stored = record(HERE, timed("a", STEADY, setting=older))
    assert find_differences(stored, present) == ["tensorflow 2.20.0 then, 2.21.0 now"]


def test_a_case_that_fails_now_and_one_that_is_gone_are_told_and_not_green() -> None:
    again = [Again("a", timed("a", STEADY), timed("a", STEADY))]
    stored = record(HERE, timed("a", STEADY), timed("b", STEADY), timed("c", STEADY))
    thresholds = [Threshold(name, "time", 0.05, 0.01) for name in "ab"]
    failed, missing = {"b": "b: killed by signal 9"}, ("c-default-cpu",)
    decision = judge_against(stored, record(HERE, again[0].present), again, thresholds, failed=failed, missing=missing)
    assert [each.verdict for each in decision.findings] == [Verdict.OK, Verdict.FAILED]
    assert decision.findings[1].reason == "b: killed by signal 9"
    assert (decision.outcome, decision.reason) == (Outcome.FAILED, "1 of 2 comparisons could not be made")
    assert json.loads(render_against_json(decision, 2))["missing"] == ["c-default-cpu"]
    console = Console(width=100, file=io.StringIO())
    console.print(render_against(decision))
    assert " missing now, or with another ordering, not compared: c-default-cpu" in console.file.getvalue()


def test_what_cannot_be_promised_is_always_told() -> None:
    caveats = judge({"a": STEADY}, {"a": STEADY}).caveats
    assert len(caveats) == 2
    assert "2026-11-24T08:00" in caveats[0]
    assert "how often this is wrong is not known" in caveats[1]


def test_a_claim_that_held_and_is_refuted_now_is_a_regression(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = Claim("X1", "a is fast", "somebody", "time", "a", to="post", at_most=0.9)
    other = replace(claim, id="X2", at_most=2.0)
    monkeypatch.setattr(gate_against, "load_claims", lambda: (claim, other))
    then, now = {"post": STEADY, "a": scaled(0.5)}, {"post": STEADY, "a": scaled(1.5)}
    decision = judge(then, now, THERE)
    assert decision.broken_claims == ("X1",)
    assert decision.outcome is Outcome.REGRESSED
    assert decision.reason == "1 of 1 comparisons regressed, and 1 claims that held are refuted"
    assert '"broken_claims": [\n    "X1"\n  ]' in render_against_json(decision, 1)
    assert judge(now, then, THERE).broken_claims == ()
