"""The other tools' rules, held to those tools themselves."""

import json
import statistics
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from gates import add_pairs, build_gate, build_sample
from scipy import stats as reference

from reports.trials.peers import RULES, decide_by_peers, exceeds_percentage, is_worse_by_asv, mann_whitney_p_value

ASV = json.loads((Path(__file__).parents[1] / "stored" / "asv.json").read_text(encoding="utf-8"))["rows"]


@pytest.mark.parametrize("percent", [5, 10, 20])
@pytest.mark.parametrize("name", ["mean", "median", "min"])
def test_percentages_are_decided_as_pytest_benchmark_does(name: str, percent: int) -> None:
    reduce = {"mean": statistics.fmean, "median": statistics.median, "min": min}[name]
    utils = pytest.importorskip("pytest_benchmark.utils", reason="reports need no pytest-benchmark")
    check = utils.PercentageRegressionCheck(name, percent)
    draws = np.random.default_rng(percent).lognormal(0, 0.3, size=(200, 2, 9))
    decided = [exceeds_percentage(percent, reduce, base, head) for base, head in draws.tolist()]
    expected = [check.fails({name: reduce(head)}, {name: reduce(base)}) is not None for base, head in draws.tolist()]
    assert decided == expected
    assert True in decided
    assert False in decided


@pytest.mark.parametrize(("head", "flagged"), [(105.0, False), (105.001, True)])
def test_exactly_at_the_percentage_passes(head: float, flagged: bool) -> None:
    assert exceeds_percentage(5, min, [100.0], [head]) is flagged


@pytest.mark.parametrize("row", range(len(ASV)))
def test_asvs_verdicts_are_asvs(row: int) -> None:
    stored = ASV[row]
    assert mann_whitney_p_value(stored["base"], stored["head"]) == pytest.approx(stored["p_value"], rel=1e-9)
    for factor, worse in stored["worse"].items():
        assert is_worse_by_asv(float(factor), stored["base"], stored["head"]) is worse


def test_asvs_table_has_both_verdicts() -> None:
    for factor in ("1.1", "1.05"):
        assert {row["worse"][factor] for row in ASV} == {True, False}


@pytest.mark.parametrize(("first", "second"), [(6, 6), (7, 12), (20, 20), (1, 3)])
def test_exact_p_values_equal_scipys(first: int, second: int) -> None:
    source = np.random.default_rng(first)
    for _ in range(5):
        base, head = source.normal(size=first), source.normal(0.5, size=second)
        expected = reference.mannwhitneyu(base, head, method="exact").pvalue
        assert mann_whitney_p_value(base.tolist(), head.tolist()) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("count", "flagged"), [(5, False), (6, False), (7, True)])
def test_asvs_test_can_flag_nothing_below_seven_turns_a_side(count: int, flagged: bool) -> None:
    # six against six, all apart: 2 / 924 is not below 0.002
    assert is_worse_by_asv(1.05, [1.0 + at / 10 for at in range(count)], [9.0 + at for at in range(count)]) is flagged


def test_ties_do_not_make_a_difference() -> None:
    assert mann_whitney_p_value([1.0] * 8, [1.0] * 8) == 1.0


def test_every_rule_sees_every_turn_of_the_gate_and_none_of_the_control() -> None:
    gate = add_pairs(build_gate("a", "b"), "a", "screen", [0.08, 0.07, 0.09])
    gate = add_pairs(gate, "a", "confirm", [0.08, 0.07, 0.06, 0.09])
    gate = add_pairs(gate, "b", "screen", [0.0] * 7)
    gate = add_pairs(gate, "b", "screen", [0.9] * 7, kind="control")
    # base never varies, so a rank tells all: 7 against 7 pairs that all agree
    verdicts = {verdict.rule: verdict.flagged for verdict in decide_by_peers(gate)}
    assert list(verdicts) == [rule.name for rule in RULES]
    assert len(verdicts) == 11
    flagged = {rule for rule, cases in verdicts.items() if cases == ("a",)}
    assert flagged == {
        "pytest-benchmark mean 5%", "pytest-benchmark median 5%", "pytest-benchmark min 5%", "asv factor 1.05"
    }  # fmt: skip
    assert all(cases in {(), ("a",)} for cases in verdicts.values())


def test_a_case_without_pairs_is_not_flagged() -> None:
    assert all(verdict.flagged == () for verdict in decide_by_peers(build_gate("a")))


def test_contaminated_turns_count_for_those_who_do_not_know_of_them() -> None:
    gate = add_pairs(build_gate("a"), "a", "screen", [0.0])
    dirty = replace(gate.pairs[0].head, turns=(build_sample(1.0, contaminated=True),))
    gate = replace(gate, pairs=(replace(gate.pairs[0], head=dirty),))
    assert decide_by_peers(gate)[0].flagged == ("a",)
