"""Verdicts: three ways and their reasons, the control above all of them, and the exit codes."""

import math
from dataclasses import replace

import pytest
from gates import CALM, add_pairs, build_gate, control, draw_from, fail, gauss, run_gate, screened

from reports.gate.file import load_gate, save_gate
from reports.gate.stages import find_next_pairs
from reports.gate.verdict import GateVerdict, decide
from reports.gate.work import GatedPipeline
from reports.summary.outcome import Outcome, find_exit_code


def test_ok_comes_with_a_bound() -> None:
    decision = decide(screened("a"))
    finding = decision.findings[0]
    assert (finding.verdict, finding.stage, finding.num_pairs) == (GateVerdict.OK, "screen", 6)
    # the largest Walsh averages of CALM are 0.004, 0.0035, 0.003: P(T <= 2) = 3/64, so the third is the bound
    assert finding.change.high == pytest.approx(math.exp(0.003), abs=1e-6)
    assert (finding.p_value, finding.smallest_effect, finding.reason) == (None, None, "")
    assert (decision.outcome, decision.reason) == (Outcome.FINE, "all 1 comparisons are within their limits")


def test_a_pipeline_that_head_cannot_give_is_failed_without_a_pair_and_the_others_are_decided() -> None:
    reason = "head, feature: data.py:b cannot be built at data.py:3: OSError: no disk"
    gate = replace(build_gate("a", "b"), pipelines=(GatedPipeline("b", "data.py:b", None, failure=reason),))
    assert {each.case for each in find_next_pairs(gate)} == {"a"}
    gate = add_pairs(control(gate), "a", "screen", CALM)
    assert find_next_pairs(gate) == ()
    decision = decide(gate)
    of_a, of_b = decision.findings
    assert (of_a.verdict, of_b.verdict, of_b.reason) == (GateVerdict.OK, GateVerdict.FAILED, reason)
    assert (decision.outcome, decision.reason) == (Outcome.FAILED, "1 of 2 comparisons could not be made")
    assert find_exit_code(decision.outcome, (Outcome.FAILED,)) == 2


def test_regressed_comes_with_a_p_value_and_an_interval() -> None:
    gate = add_pairs(screened("a", "b", a=[0.05] * 6), "a", "confirm", [0.04, 0.06] * 6)
    decision = decide(gate)
    finding = decision.findings[0]
    assert (finding.verdict, finding.stage, finding.num_pairs) == (GateVerdict.REGRESSED, "confirm", 12)
    assert (finding.p_value, finding.alpha) == (2**-12, 0.004)
    assert finding.change.median == pytest.approx(math.exp(0.05), abs=1e-6)
    assert finding.change.low > 1.04
    assert decision.findings[1].verdict is GateVerdict.OK
    assert (decision.outcome, decision.reason) == (Outcome.REGRESSED, "1 of 2 comparisons regressed")


def test_inconclusive_comes_with_the_smallest_effect_it_could_have_seen() -> None:
    even = [-0.17 + 0.4 / 23 * number for number in range(24)]
    gate = add_pairs(screened("a", a=[0.05] * 6), "a", "confirm", even[::2] + even[1::2])
    finding = decide(gate).findings[0]
    assert (finding.verdict, finding.num_pairs) == (GateVerdict.INCONCLUSIVE, 24)
    # s = 0.4 / 23 * sqrt(24 * 25 / 12) = 0.1230; t(23) is 2.73 at 99.4 % and 1.71 at 95 %: 0.01 + 4.44 s / sqrt(24)
    assert finding.smallest_effect == pytest.approx(math.exp(0.1215), abs=1e-3)
    assert finding.reason == "too noisy"


@pytest.mark.parametrize(
    ("confirming", "reason", "sees"),
    [
        (0, "suspected, but not confirmed (the budget ended)", False),
        (1, "too few pairs (the budget ended)", False),
        (2, "too few pairs (the budget ended)", False),
        (3, "too few pairs (the budget ended)", False),
        (8, "too few pairs (the budget ended)", True),
    ],
)
def test_too_few_pairs_are_inconclusive_and_say_so(confirming: int, reason: str, sees: bool) -> None:
    gate = add_pairs(
        screened("a", a=[0.05] * 6), "a", "confirm", [0.04, 0.2, -0.1, 0.1, 0.0, 0.2, 0.0, 0.1][:confirming]
    )
    finding = decide(replace(gate, interruption="the budget ended")).findings[0]
    assert (finding.verdict, finding.reason) == (GateVerdict.INCONCLUSIVE, reason)
    assert (finding.smallest_effect is not None) is sees


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_screen_cut_short_decides_nothing(count: int) -> None:
    gate = control(add_pairs(build_gate("a"), "a", "screen", CALM[:count]))
    decision = decide(replace(gate, interruption="stopped by Ctrl-C"))
    assert decision.findings[0].reason == "suspected, but not confirmed (stopped by Ctrl-C)"
    assert decision.outcome is Outcome.NOT_COMPARED
    assert decision.reason.endswith("no case gave enough numbers on both sides (stopped by Ctrl-C)")


@pytest.mark.parametrize(
    ("difference", "verdict"),
    [(-0.05, GateVerdict.IMPROVED), (-math.log1p(0.01) - 1e-6, GateVerdict.IMPROVED), (-0.0099, GateVerdict.OK)],
)
def test_improved_is_shown_and_never_fails(difference: float, verdict: GateVerdict) -> None:
    decision = decide(screened("a", a=[difference] * 6))
    assert (decision.findings[0].verdict, decision.outcome) == (verdict, Outcome.FINE)


@pytest.mark.parametrize(
    ("difference", "verdict"), [(math.log1p(0.01), GateVerdict.OK), (math.log1p(0.01) + 1e-4, GateVerdict.REGRESSED)]
)
def test_exactly_at_the_margin_is_not_above_it(difference: float, verdict: GateVerdict) -> None:
    gate = add_pairs(screened("a", a=[0.05] * 6), "a", "confirm", [difference] * 24)
    assert decide(gate).findings[0].verdict is verdict


@pytest.mark.parametrize(("difference", "is_fine"), [(0.0, True), (0.05, False), (-0.05, False)])
def test_a_base_that_differs_from_itself_makes_all_inconclusive(difference: float, is_fine: bool) -> None:
    gate = add_pairs(screened("a", "b", a=[0.05] * 6), "a", "confirm", [0.05] * 12)
    pairs = tuple(pair for pair in gate.pairs if pair.kind == "gate")
    decision = decide(control(replace(gate, pairs=pairs), difference))
    if is_fine:
        assert decision.outcome is Outcome.REGRESSED
    else:
        assert decision.outcome is Outcome.INCONCLUSIVE
        assert decision.reason == "base differs from itself in time: something but the code decides here"
        assert {finding.verdict for finding in decision.findings} == {GateVerdict.INCONCLUSIVE}
        assert find_exit_code(decision.outcome) == 3


@pytest.mark.parametrize(("count", "told"), [(0, False), (7, False), (8, True)])
def test_a_control_that_could_not_reject_vouches_for_nothing(count: int, told: bool) -> None:
    gate = add_pairs(
        add_pairs(build_gate("a"), "a", "screen", CALM), "a", "screen", ([0.01, -0.01] * 4)[:count], "control"
    )
    decision = decide(gate)
    assert (decision.outcome is Outcome.FINE) is told
    if not told:
        assert decision.reason == f"the control, base against base, has too few pairs to tell: {count}"


def test_nothing_compared_is_never_green() -> None:
    empty = control(build_gate("a"))
    some = add_pairs(empty, "a", "screen", CALM[:4])  # an interval takes five
    for gate in (build_gate(), empty, fail(fail(empty, 0), 1), some, fail(fail(some, 4), 5)):
        decision = decide(gate)
        assert decision.outcome is Outcome.NOT_COMPARED
        assert decision.reason.startswith("nothing was compared")
        assert find_exit_code(decision.outcome) == find_exit_code(decision.outcome, ()) == 2


def test_a_side_that_fails_again_and_again_is_told_and_fails() -> None:
    gate = screened("a", "b")
    gate = fail(
        fail(replace(gate, pairs=tuple(pair for pair in gate.pairs if pair.case == "a")), 0, case="b"), 1, case="b"
    )
    decision = decide(gate)
    assert decision.findings[1].verdict is GateVerdict.FAILED
    assert decision.findings[1].reason == "head failed in 2 pairs: killed by signal 9"
    assert (decision.outcome, find_exit_code(decision.outcome)) == (Outcome.FAILED, 2)


def test_a_metric_that_is_not_told_is_inconclusive() -> None:
    gate = screened("a")
    silent = [replace(pair, head=replace(pair.head, live_bytes=None)) for pair in gate.pairs]
    gate = replace(gate, pairs=tuple(silent), plan=build_gate("a", metrics=("time", "memory")).plan)
    decision = decide(gate)
    assert [finding.verdict for finding in decision.findings] == [GateVerdict.OK, GateVerdict.INCONCLUSIVE]
    assert decision.findings[1].reason == "base and head do not both tell this metric"


EXITS = {
    Outcome.FINE: screened("a"),
    Outcome.REGRESSED: add_pairs(screened("a", a=[0.05] * 6), "a", "confirm", [0.05] * 12),
    Outcome.INCONCLUSIVE: screened("a", a=[0.05] * 6),
    Outcome.FAILED: fail(fail(screened("a"), 0), 1),
    Outcome.NOT_COMPARED: build_gate(),
}


@pytest.mark.parametrize(
    ("outcome", "always", "only_regressed"),
    [
        (Outcome.FINE, 0, 0),
        (Outcome.REGRESSED, 1, 1),
        (Outcome.INCONCLUSIVE, 3, 0),
        (Outcome.FAILED, 2, 0),
        (Outcome.NOT_COMPARED, 2, 2),
    ],
)
def test_exit_codes(outcome: Outcome, always: int, only_regressed: int) -> None:
    decision = decide(EXITS[outcome])
    assert decision.outcome is outcome
    assert find_exit_code(decision.outcome) == always
    assert find_exit_code(decision.outcome, (Outcome.REGRESSED,)) == only_regressed


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("max_pairs", [10_000, 90])
def test_the_verdict_made_live_is_the_one_made_again_from_the_file(seed: int, max_pairs: int, tmp_path) -> None:
    gate = build_gate("a", "b", "c", "d", metrics=("time", "cpu"))
    gate = run_gate(gate, draw_from(gauss, {"b": 0.05}, seed), max_pairs=max_pairs)
    save_gate(gate, tmp_path / "gate.json")
    again = load_gate(tmp_path / "gate.json")
    assert decide(again) == decide(gate)
    assert (find_next_pairs(again) == ()) is (max_pairs == 10_000 or len(gate.pairs) < max_pairs)
