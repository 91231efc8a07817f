"""Thresholds: how they are written, boundaries on both sides, and exit codes that fail closed."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from compared import MACHINE, make_case, make_reading, make_run, slow_down

from reports.compare.conclusion import Conclusion, LimitVerdict, conclude, judge_changes
from reports.compare.overview import FEWEST_MANY
from reports.compare.pairing import COMPARED, Change, CompareError
from reports.compare.side_by_side import SideBySide, put_side_by_side
from reports.compare.thresholds import MetricThreshold, parse_thresholds
from reports.stats.median import Estimate
from reports.stats.unpaired import estimate_unpaired_ratio
from reports.summary.identity import Identity
from reports.summary.metric import TIME
from reports.summary.outcome import Outcome
from reports.summary.summary import Summary

ONE = Estimate(1.0, 1.0, 1.0, 6)


def change(metric: str, low: float | None, high: float | None) -> Change:
    found = next(each for each in COMPARED if each.name == metric)
    return Change(Identity("post", "cpu"), found, ONE, ONE, Estimate(1.0, low, high, 6))


@pytest.mark.parametrize(
    ("text", "metric", "limit"),
    [
        ("time:5%", "time", 1.05),
        ("time:2.5%", "time", 1.025),
        ("time:0%", "time", 1.0),
        ("time:250%", "time", 3.5),
        ("first:20%", "first_batch", 1.2),
        ("live:15%", "live_bytes", 1.15),
        ("accuracy:1%", "accuracy", 0.99),
        ("busy:99.9%", "busy", 0.001),
    ],
)
def test_a_threshold_is_a_metric_or_its_beginning_and_percent(text: str, metric: str, limit: float) -> None:
    (threshold,) = parse_thresholds([text])
    assert (threshold.metric.name, threshold.limit) == (metric, pytest.approx(limit))


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        (["time"], "--fail-on must be METRIC:PERCENT%, such as time:5%, got 'time'."),
        (["time:" + 400 * "9" + "%"], "must be METRIC:PERCENT%"),
        (["time:5"], "got 'time:5'"),
        (["time:-5%"], "got 'time:-5%'"),
        (["time:\u0665%"], "must be METRIC:PERCENT%"),
        (["time:nan%"], "got 'time:nan%'"),
        (["time:5%\n"], "must be METRIC:PERCENT%"),
        (["speed:5%"], "the metric of --fail-on must be one of time, relative, first_batch, "),
        (["time:5%", "time:10%"], "two thresholds for time: give one."),
        (["time:5%", "ti:10%"], "two thresholds for time: give one."),
        (["accuracy:100%"], "accuracy can never be 100 % worse: more of it is better."),
        (["live:12%"], "two readings of one case may differ by nearly 13 %; use live_bytes:13% or more."),
        (["source:32%"], "use source_bytes:33% or more."),
    ],
)
def test_what_is_no_threshold_is_refused_in_one_line(texts: list[str], reason: str) -> None:
    with pytest.raises(CompareError) as caught:
        parse_thresholds(texts)
    assert reason in str(caught.value)


def test_the_smallest_threshold_for_bytes_can_be_kept() -> None:
    assert [str(each) for each in parse_thresholds(["live:13%", "source:33%"])] == [
        "live_bytes:13%",
        "source_bytes:33%",
    ]


@pytest.mark.parametrize(
    ("metric", "low", "high", "verdict"),
    [
        ("time", 1.0501, 1.2, LimitVerdict.REGRESSED),
        ("time", 1.05, 1.2, LimitVerdict.INCONCLUSIVE),  # the limit itself is allowed
        ("time", 0.9, 1.0501, LimitVerdict.INCONCLUSIVE),
        ("time", 0.9, 1.05, LimitVerdict.FINE),
        ("time", 0.1, 0.2, LimitVerdict.FINE),
        ("time", None, None, LimitVerdict.INCONCLUSIVE),
        ("busy", 0.8, 0.8999, LimitVerdict.REGRESSED),
        ("busy", 0.8, 0.9, LimitVerdict.INCONCLUSIVE),
        ("busy", 0.8999, 1.1, LimitVerdict.INCONCLUSIVE),
        ("busy", 0.9, 1.1, LimitVerdict.FINE),
        ("accuracy", 0.1, 0.2, None),
    ],
)
def test_a_case_regresses_only_if_its_whole_interval_is_beyond(metric, low, high, verdict) -> None:
    assert judge(change(metric, low, high), parse_thresholds(["time:5%", "busy:10%"])) is verdict


def test_a_time_is_not_judged_by_turns_that_others_had_a_part_in() -> None:
    thresholds = parse_thresholds(["time:5%", "relative:5%"])
    for low, high in ((1.5, 1.6), (0.5, 0.6)):
        disturbed = replace(change("time", low, high), is_disturbed=True)
        assert judge(disturbed, thresholds) is LimitVerdict.INCONCLUSIVE


def judge(change: Change, thresholds: Sequence[MetricThreshold]) -> LimitVerdict | None:
    return judge_changes([change], thresholds).get((change.case, change.metric.name))


def side_by_side(*others, first=None) -> SideBySide:
    return put_side_by_side([first or make_run("a", make_case("post"), make_case("fast")), *others])


def ended(shown: SideBySide, *texts: str) -> tuple[Outcome, tuple[str, ...]]:
    conclusion = conclude(shown, parse_thresholds(texts))
    return conclusion.outcome, conclusion.lines


SAME = make_run("b", make_case("post"), make_case("fast"))
SLOW = make_run("b", make_case("post"), make_case("fast", slow_down(2)))
UNSURE_CASE = make_case("fast", (50, 90, 110, 130, 150, 200))
UNSURE = make_run("b", make_case("post"), UNSURE_CASE)
FEW = make_run("b", make_case("post"), make_case("fast", slow_down(2)[:1]))
OTHER = make_run("b", make_case("other"))
ELSEWHERE = make_run("b", make_case("post"), make_case("fast", slow_down(9)), machine=replace(MACHINE, num_cores=8))


@pytest.mark.parametrize(
    ("other", "thresholds", "code", "lines"),
    [
        (SAME, ["time:10%"], 0, ("fine: all 2 within time:10%",)),
        (SLOW, ["time:10%"], 1, ("REGRESSED: fast-default-cpu (time)",)),
        (SLOW, ["time:110%"], 0, ("fine: all 2 within time:110%",)),
        (UNSURE, ["time:10%"], 3, ("INCONCLUSIVE: fast-default-cpu (time)",)),
        (FEW, ["time:10%"], 3, ("INCONCLUSIVE: fast-default-cpu (time)",)),
        (OTHER, ["time:10%"], 2, ("nothing could be compared: a and b have no case in common.",)),
        (OTHER, [], 2, ("nothing could be compared: a and b have no case in common.",)),
        (
            SAME,
            ["live:13%"],
            2,
            ("live_bytes:13% cannot be judged: a and b have no case in common that has live_bytes.",),
        ),
        (
            ELSEWHERE,
            ["time:10%"],
            2,
            ("time:10% cannot be judged: a and b ran on different machines: use relative:10%.",),
        ),
        (ELSEWHERE, ["relative:10%"], 1, ("REGRESSED: fast-default-cpu (relative)",)),
        (SLOW, [], 0, ()),
    ],
)
def test_exit_codes(other, thresholds, code, lines) -> None:
    outcome, told = ended(side_by_side(other), *thresholds)
    assert (outcome.exit_code, told) == (code, lines)


def test_a_regression_outweighs_what_cannot_be_judged_and_that_what_stays_open() -> None:
    outcome, lines = ended(side_by_side(SLOW), "time:10%", "live:13%")
    assert (outcome.exit_code, [line.split()[0] for line in lines]) == (1, ["REGRESSED:", "live_bytes:13%"])
    outcome, lines = ended(side_by_side(UNSURE), "time:10%", "live:13%")
    assert (outcome.exit_code, [line.split()[0] for line in lines]) == (2, ["live_bytes:13%"])


def test_every_run_is_held_to_every_threshold() -> None:
    slow = replace(SLOW, path=Path("c"))
    assert ended(side_by_side(SAME, slow), "time:10%")[0] is Outcome.REGRESSED
    assert ended(side_by_side(slow, SAME), "time:10%")[0] is Outcome.REGRESSED
    assert ended(side_by_side(SAME, slow), "time:10%")[1] == ("REGRESSED: fast-default-cpu (time in c)",)
    lost = replace(OTHER, path=Path("c"))
    assert ended(side_by_side(SAME, lost), "time:10%") == (
        Outcome.NOT_COMPARED,
        ("nothing could be compared: a and c have no case in common.",),
    )


def test_cases_that_the_other_lost_are_no_success_unless_they_may_be_missing() -> None:
    lost = side_by_side(make_run("b", make_case("post")))
    assert ended(lost, "time:10%") == (
        Outcome.NOT_COMPARED,
        ("1 of 2 cases of a were not compared: fast-default-cpu; --allow-missing lets them go.",),
    )
    allowed = conclude(lost, parse_thresholds(["time:10%"]), allows_missing=True)
    assert (allowed.outcome, allowed.lines) == (
        Outcome.FINE,
        ("fine: all 1 within time:10%; 1 of the first run's cases not compared",),
    )


def test_a_case_that_two_runs_lost_counts_once() -> None:
    lost = side_by_side(make_run("b", make_case("post")), make_run("c", make_case("post")))
    assert ended(lost, "time:10%")[1] == (
        "1 of 2 cases of a were not compared: fast-default-cpu; --allow-missing lets them go.",
    )


def test_a_case_without_what_is_judged_may_be_missing() -> None:
    first = make_run("a", make_case("post"), make_reading("post", 50))
    found = side_by_side(make_run("b", make_case("post")), first=first)
    assert ended(found, "time:10%")[0] is Outcome.FINE
    assert ended(found, "time:10%", "live_bytes:20%")[0] is Outcome.NOT_COMPARED


def test_only_five_cases_are_named_in_a_line() -> None:
    names = [f"case{number}" for number in range(7)]
    first = make_run("a", *(make_case(name) for name in names))
    slow = make_run("b", *(make_case(name, slow_down(2)) for name in names))
    _, (line,) = ended(side_by_side(slow, first=first), "time:10%")
    assert line.startswith("REGRESSED: case")
    assert line.endswith(" and 2 more")
    assert line.count("(time)") == 5


def test_one_run_is_enough_only_for_its_devices() -> None:
    alone = side_by_side()
    assert ended(alone) == (Outcome.NOT_COMPARED, ("nothing to compare a with: name a second run.",))
    both = put_side_by_side([make_run("a", make_case("post"), make_case("post", device="gpu"))])
    assert ended(both) == (Outcome.FINE, ())
    assert ended(both, "time:5%")[0] is Outcome.NOT_COMPARED


def test_devices_of_two_runs_are_shown_but_nothing_to_be_green_about() -> None:
    shown = put_side_by_side([make_run("a", make_case("post")), make_run("b", make_case("post", device="gpu"))])
    assert ended(shown) == (Outcome.FINE, ())
    assert ended(shown, "time:5%")[0] is Outcome.NOT_COMPARED


def test_bytes_and_ratios_within_a_run_may_be_judged_across_machines() -> None:
    first = make_run("a", make_reading("post", 100))
    other = make_run("b", make_reading("post", 200), machine=replace(MACHINE, cpu="Other"))
    assert ended(side_by_side(other, first=first), "live:15%") == (
        Outcome.REGRESSED,
        ("REGRESSED: post-default-cpu (live_bytes)",),
    )


def make_many(path: str, factor: float, worst: float = 1.0, count: int = FEWEST_MANY) -> Summary:
    turns = [[round(ms * factor) for ms in slow_down(1 + number / 100)] for number in range(count)]
    turns[0] = [round(ms * worst) for ms in turns[0]]
    return make_run(path, *(make_case(f"case{number}", each) for number, each in enumerate(turns)))


def test_many_cases_are_judged_beside_the_others_and_a_change_of_all_has_a_code_of_its_own() -> None:
    first, shifted = make_many("a", 1), make_many("b", 1.2)
    outcome, lines = ended(side_by_side(shifted, first=first), "time:10%")
    assert (outcome, outcome.exit_code) == (Outcome.ALL_CHANGED, 4)
    assert lines == (
        "ALL CHANGED: the middle of 8 ratios of time is 1.20: rather the machine, or what all use, than one case",
    )
    outcome, lines = ended(side_by_side(make_many("b", 1.2, worst=1.5), first=first), "time:10%")
    assert outcome is Outcome.REGRESSED
    assert lines[0] == "REGRESSED: case0-default-cpu (time, 1.50 beside the others)"
    assert lines[1].startswith("ALL CHANGED")


def make_ratios(*ratios: float, metric: str = "time") -> list[Change]:
    found = [change(metric, each * 0.999, each * 1.001) for each in ratios]
    rounds = tuple(1 + number / 1000 for number in range(20))
    return [
        replace(
            each,
            case=Identity(f"case{number}", ""),
            ratio=replace(each.ratio, median=ratio),
            rounds=(rounds, tuple(one * ratio for one in rounds)),
        )
        for number, (each, ratio) in enumerate(zip(found, ratios, strict=True))
    ]


def judge_ratios(*ratios: float, metric: str = "time", percent: int = 10) -> Conclusion:
    shown = side_by_side(SAME)
    changes = tuple(make_ratios(*ratios, metric=metric))
    comparison = replace(shown.comparisons[0], first=replace(SAME, cases=()), changes=changes)
    return conclude(
        replace(shown, comparisons=(comparison,)), parse_thresholds([f"{metric}:{percent}%"]), allows_missing=True
    )


@pytest.mark.parametrize(
    ("ratios", "outcome"),
    [
        ([1.11] * 8, Outcome.ALL_CHANGED),  # of 8 values the interval of the middle is from the least to the most
        ([1.11] * 7 + [1.09], Outcome.INCONCLUSIVE),
        ([1.11] * 7 + [1.1], Outcome.INCONCLUSIVE),  # the limit itself is allowed
        ([1.09] * 5 + [1.11] * 3, Outcome.FINE),
        ([1.11] * 8 + [1.09], Outcome.ALL_CHANGED),  # of 9 values, from the second to the eighth
    ],
)
def test_all_changed_only_where_the_interval_of_the_middle_is_beyond(ratios: list[float], outcome: Outcome) -> None:
    assert judge_ratios(*ratios).outcome is outcome


def test_what_is_fine_beside_the_others_is_said_to_be_so() -> None:
    assert judge_ratios(*[1.09] * 7, 1.18).lines == ("fine: all 8 within time:10% beside the others' middle of 1.09",)


def test_what_regressed_beside_the_others_has_the_ratio_that_was_judged() -> None:
    assert judge_ratios(*[0.8] * 7, 1.0).lines == ("REGRESSED: case7 (time, 1.25 beside the others)",)


def test_of_shares_more_is_better_and_many_are_judged_each_for_itself() -> None:
    assert judge_ratios(*[1.0] * 8, metric="busy").lines == ("fine: all 8 within busy:10%",)
    assert judge_ratios(*[1.0] * 7, 0.8, metric="busy").lines == ("REGRESSED: case7 (busy)",)


def test_the_deciding_reason_comes_first() -> None:
    lines = conclude(side_by_side(make_run("b", UNSURE_CASE)), parse_thresholds(["time:10%"])).lines
    assert [line.split()[0] for line in lines] == ["1", "INCONCLUSIVE:"]


def test_one_case_with_a_limit_of_its_own_is_judged_beside_all_others() -> None:
    # 1.5 * 1.2 beside a middle of 1.2
    shown = side_by_side(make_many("b", 1.2, worst=1.5), first=make_many("a", 1))
    for percent, outcome in ((40, Outcome.REGRESSED), (60, Outcome.FINE)):
        assert conclude(shown, parse_thresholds([f"time:{percent}%"], "case0-*")).outcome is outcome


def test_few_cases_are_judged_each_for_itself() -> None:
    few = FEWEST_MANY - 1
    outcome, lines = ended(side_by_side(make_many("b", 1.2, count=few), first=make_many("a", 1, count=few)), "time:10%")
    assert outcome is Outcome.REGRESSED
    assert lines[0].endswith("and 2 more")


def test_of_many_cases_one_that_is_beyond_by_chance_is_not_regressed() -> None:
    # the whole interval is, but once in 70 times where nothing changed, and there are 8 cases
    noisy, later = [100, 130, 160, 190], [200, 230, 260, 290]
    others = [make_case(f"case{number}", noisy) for number in range(1, FEWEST_MANY)]
    first, second = (make_run(path, *others, make_case("x", each)) for path, each in (("a", noisy), ("b", later)))
    assert ended(side_by_side(second, first=first), "time:1%")[0] is Outcome.INCONCLUSIVE
    alone = (make_run(path, make_case("x", each)) for path, each in (("a", noisy), ("b", later)))
    assert conclude(put_side_by_side(tuple(alone)), parse_thresholds(["time:1%"])).outcome is Outcome.REGRESSED


def test_five_rounds_are_enough_for_a_large_change_among_many_cases() -> None:
    rounds = [100, 101, 102, 103, 104]
    others = [make_case(f"case{number}", rounds) for number in range(40)]
    slow = make_case("x", [2 * each for each in rounds])
    first, second = (make_run(path, *others, each) for path, each in (("a", make_case("x", rounds)), ("b", slow)))
    assert ended(side_by_side(second, first=first), "time:10%")[0] is Outcome.REGRESSED


@pytest.mark.long
@pytest.mark.parametrize(
    ("count", "shift", "between", "percent", "num_runs"),
    [
        (8, 0, 0, 0, 300),
        (21, 0, 0, 0, 300),
        (21, 0.05, 0, 5, 300),
        (21, 0.05, 0.015, 5, 300),
        (300, 0.05, 0.015, 10, 50),
    ],
)
def test_false_alarms_of_many_cases(count: int, shift: float, between: float, percent: int, num_runs: int) -> None:
    """Same code, 20 rounds with 3 % of noise, a run and each of its cases that are slower by a lot.

    Judged each for itself, 27 % of runs are REGRESSED in the fourth case (300 of them); together, none.
    """
    lots = np.random.default_rng(count)
    apart = together = 0
    for _ in range(num_runs):
        factors = np.exp(lots.normal(0, shift) + lots.normal(0, between, count))
        changes = [draw_change(f"case{number}", factor, lots) for number, factor in enumerate(factors)]
        thresholds = parse_thresholds([f"time:{percent}%"])
        apart += any(judge(change, thresholds) is LimitVerdict.REGRESSED for change in changes)
        together += LimitVerdict.REGRESSED in judge_changes(changes, thresholds).values()
    assert together / num_runs <= 0.05 + 3 * (0.05 * 0.95 / num_runs) ** 0.5
    assert apart >= together
    if shift and count < 100:  # a limit of 10 % is twice a usual shift
        assert apart / num_runs > 0.1


def draw_change(name: str, factor: float, lots: np.random.Generator) -> Change:
    before, after = (tuple((np.exp(lots.normal(0, 0.03, 20)) * each).tolist()) for each in (1.0, factor))
    ratio = estimate_unpaired_ratio(after, before)
    return Change(Identity(name, ""), TIME, ONE, ONE, ratio, rounds=(before, after))
