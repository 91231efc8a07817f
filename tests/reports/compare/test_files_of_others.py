"""Pairs of other projects' files in which something is not as usual: coarse clocks, moved folders, other options."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compared import make_plain

from reports.compare.conclusion import Conclusion, conclude
from reports.compare.moved import sum_up_moves
from reports.compare.overview import summarize_changes
from reports.compare.pairing import CompareError, Comparison, Trend, compare_runs
from reports.compare.regrouped import join_runs
from reports.compare.selection import select_cases
from reports.compare.side_by_side import put_side_by_side
from reports.compare.tables import tabulate_side_by_side
from reports.compare.thresholds import parse_thresholds
from reports.drawing.text import render_text
from reports.summary.files import load_summary
from reports.summary.outcome import Outcome

NAME = "tests/test_a.py::test_a"
TICK = 4.1667e-8


def draw(middle: float, count: int = 20, seed: int = 0) -> list[float]:
    lots = np.random.default_rng([round(middle * 1e9), count, seed])
    return (middle * (1 + np.abs(lots.normal(0, 0.02, count)))).tolist()


def compare(folder: Path, first: dict[str, Any], second: dict[str, Any]) -> Comparison:
    runs = []
    for name, value in (("a", first), ("b", {**second, "datetime": "2026-11-26T10:00:00"})):
        (folder / f"{name}.json").write_text(json.dumps(value))
        runs.append(load_summary(folder / f"{name}.json"))
    return compare_runs(*runs)


def judge(comparison: Comparison, threshold: str = "time:3%") -> Conclusion:
    runs = put_side_by_side((comparison.first, load_summary(Path(comparison.second.path))))
    return conclude(runs, parse_thresholds([threshold]))


def show(comparison: Comparison) -> str:
    runs = put_side_by_side((comparison.first, load_summary(Path(comparison.second.path))))
    blocks = tabulate_side_by_side(runs, Conclusion(Outcome.FINE, ()), everything=True)
    return render_text(blocks, 120)


def test_one_round_of_0_leaves_the_case_and_its_regression(tmp_path: Path) -> None:
    rounds = draw(2e-7, 1000)
    rounds[500] = 0.0
    comparison = compare(tmp_path, make_plain((NAME, rounds)), make_plain((NAME, draw(8e-7, 1000, 1))))
    (change,) = comparison.changes
    assert change.ratio.median == pytest.approx(4, rel=0.01)
    assert judge(comparison).outcome is Outcome.REGRESSED


def count_ticks(share: float, seed: int) -> list[float]:
    lots = np.random.default_rng(seed)
    return (TICK * np.where(lots.random(20_000) < share, 24, 25)).tolist()


def test_ticks_of_a_coarse_clock_widen_the_interval_and_means_tell_parts_of_one(tmp_path: Path) -> None:
    # 0.55 * 24 + 0.45 * 25 = 24.45 and 0.45 * 24 + 0.55 * 25 = 24.55 ticks
    comparison = compare(tmp_path, make_plain((NAME, count_ticks(0.55, 1))), make_plain((NAME, count_ticks(0.45, 2))))
    (change,) = comparison.changes
    assert change.ratio.median == pytest.approx(24.55 / 24.45, abs=0.002)
    assert change.ratio.low is not None
    assert change.ratio.high is not None
    assert change.ratio.high - change.ratio.low >= 1 / 24.5
    assert change.trend is Trend.LEVEL
    assert judge(comparison).outcome is Outcome.INCONCLUSIVE


def test_a_processor_by_its_older_name_is_another_processor(tmp_path: Path) -> None:
    first, second = (
        make_plain((NAME, draw(1e-3)), machine_info={"processor": "x86_64", "cpu": {"brand": brand, "count": 8}})
        for brand in ("Old CPU", "New CPU")
    )
    comparison = compare(tmp_path, first, second)
    assert comparison.machine_doubt == "ran on different machines"
    assert judge(comparison).outcome is Outcome.NOT_COMPARED


def test_what_all_benchmarks_share_is_the_machines_and_no_metric_that_they_lack_is_named(tmp_path: Path) -> None:
    first, second = (
        make_plain(*((f"{NAME}{number}", draw(factor * number, seed=factor)) for number in range(1, 6)))
        for factor in (1, 6)
    )
    comparison = compare(tmp_path, first, second)
    assert summarize_changes(comparison.changes).is_alike
    assert "! most cases changed alike: rather the machine than the code\n" in show(comparison)


def store(values: Sequence[float], **more: Any) -> dict[str, Any]:
    made = make_plain((NAME, None))
    made["benchmarks"][0]["stats"] = {
        "median": sorted(values)[len(values) // 2],
        "min": min(values),
        "max": max(values),
        "mean": sum(values) / len(values),
        "rounds": len(values),
        **more,
    }
    return made


def test_stored_statistics_give_a_rough_interval_that_is_marked(tmp_path: Path) -> None:
    comparison = compare(tmp_path, store(draw(1e-3, 200)), store(draw(3e-3, 200, 1)))
    (change,) = comparison.changes
    assert change.is_rough
    assert change.ratio.median == pytest.approx(3, rel=0.01)
    assert (judge(comparison).outcome, change.trend) == (Outcome.REGRESSED, Trend.WORSE)
    text = show(comparison)
    assert "~3.0" in text
    assert "~ rough: from stored statistics; --benchmark-save-data keeps the rounds" in text


def test_the_notch_by_hand(tmp_path: Path) -> None:
    # 1.57 * 0.1 / sqrt(100) = 0.0157 on both sides of 1
    (change,) = compare(
        tmp_path, store([0.5, 1.0, 2.0], rounds=100, iqr=0.1), store([0.5, 1.0, 2.0], rounds=400, iqr=0.1, median=1.0)
    ).changes
    assert (change.first.low, change.first.high) == (pytest.approx(0.9843), pytest.approx(1.0157))
    assert change.trend is Trend.LEVEL


@pytest.mark.parametrize(("count", "other"), [(1, 39), (3, 200)])
def test_one_value_against_many_is_too_few(count: int, other: int, tmp_path: Path) -> None:
    for first in (store(draw(1e-3, count)), make_plain((NAME, draw(1e-3, count)))):
        comparison = compare(tmp_path, first, make_plain((NAME, draw(1.0, other))))
        assert comparison.changes[0].trend is Trend.UNKNOWN
        assert judge(comparison).outcome is Outcome.INCONCLUSIVE


def set_options(made: dict[str, Any], **options: Any) -> dict[str, Any]:
    for benchmark in made["benchmarks"]:
        benchmark["options"] = options
    return made


def test_options_that_differ_are_told_and_no_timer_is_judged_by_another(tmp_path: Path) -> None:
    usual = set_options(make_plain((NAME, draw(1e-3))), timer="perf_counter", disable_gc=False, min_rounds=5)
    other = set_options(make_plain((NAME, draw(2e-4))), timer="process_time", disable_gc=True, min_rounds=5)
    comparison = compare(tmp_path, usual, other)
    assert {(each.name, each.first, each.second) for each in comparison.differences} == {
        ("timer", "perf_counter", "process_time"),
        ("disable_gc", "False", "True"),
    }
    assert (comparison.changes, comparison.unlike) == ((), (f"{NAME} (timer)",))
    assert judge(comparison).outcome is Outcome.NOT_COMPARED
    same_timer = set_options(make_plain((NAME, draw(2e-4))), timer="perf_counter", disable_gc=True)
    assert len(compare(tmp_path, usual, same_timer).changes) == 1


@pytest.mark.parametrize(
    ("ours", "theirs", "moved"),
    [
        (["benchmarks/test_a.py::t"], ["tests/benchmarks/test_a.py::t"], 1),
        (["test_a.py::t"], ["test_b.py::t"], 1),
        (["a/test.py::t", "b/test.py::t"], ["x/a/test.py::t", "x/b/test.py::t"], 2),
        (["a/test.py::t", "b/test.py::t"], ["x/test.py::t"], 0),
        (["a/test.py::t[1]"], ["b/test.py::t[2]"], 0),
        (["a/test.py::A::t"], ["b/test.py::B::t"], 0),
        (["gone"], ["new"], 0),
    ],
)
def test_a_moved_benchmark_is_found_by_what_is_left_of_its_name_if_that_is_its_own(
    ours: list[str], theirs: list[str], moved: int, tmp_path: Path
) -> None:
    first, second = (make_plain(*((name, draw(1.0, seed=len(names))) for name in names)) for names in (ours, theirs))
    second["benchmarks"][0]["stats"]["data"] = draw(2.0)
    comparison = compare(tmp_path, first, second)
    assert (len(comparison.moved), len(comparison.changes)) == (moved, moved)
    assert (len(comparison.only_first), len(comparison.only_second)) == (len(ours) - moved, len(theirs) - moved)
    if moved == len(ours) == 2:
        assert {text.partition(" -> ")[::2] for text in comparison.moved} == set(zip(ours, theirs, strict=True))


def test_few_rounds_that_are_far_slower_are_remarked(tmp_path: Path) -> None:
    slow = draw(1e-3, 100, 1)
    slow[::20] = [50e-3] * 5
    comparison = compare(tmp_path, make_plain((NAME, draw(1e-3, 100))), make_plain((NAME, slow)))
    (change,) = comparison.changes
    assert change.trend is Trend.LEVEL
    assert change.mean_ratio == pytest.approx((0.95 * 1.016 + 0.05 * 50) / 1.016, rel=0.02)
    assert "B / A of the means is 3.4" in show(comparison)
    (level,) = compare(tmp_path, make_plain((NAME, draw(1e-3, 100))), make_plain((NAME, draw(1e-3, 100, 1)))).changes
    assert not level.means_differ


def write(folder: Path, name: str, *benchmarks: tuple[str, list[float]], when: str) -> Path:
    (folder / name).write_text(json.dumps(make_plain(*benchmarks, datetime=when)))
    return folder / name


def test_what_differs_between_runs_is_in_the_interval_of_several(tmp_path: Path) -> None:
    paths = [
        write(tmp_path, f"{number}.json", (NAME, draw(factor, seed=number)), when=f"2026-11-0{number}")
        for number, factor in enumerate((1.0, 1.1, 1.05, 1.15), start=1)
    ]
    runs = [load_summary(path) for path in paths]
    assert compare_runs(runs[0], runs[3]).changes[0].trend is Trend.WORSE
    first, second = join_runs(runs[:2]), join_runs(runs[2:])
    (change,) = compare_runs(first, second).changes
    assert (change.trend, change.ratio.count) == (Trend.LEVEL, 2)
    assert change.ratio.median == pytest.approx((1.05 * 1.15 / 1.1) ** 0.5, rel=0.01)
    assert first.path == f"{paths[0]} and 1 more"
    with pytest.raises(CompareError, match=r"1.json is there twice: give each run of a side once"):
        join_runs([runs[0], runs[1], runs[0]])


def test_a_benchmark_of_one_run_of_a_side_is_compared_and_one_of_none_is_missing(tmp_path: Path) -> None:
    both, alone = (NAME, draw(1.0)), ("alone", draw(2.0))
    first = [write(tmp_path, "a1", both, alone, when="1"), write(tmp_path, "a2", both, when="2")]
    second = [write(tmp_path, "b1", both, when="3"), write(tmp_path, "b2", (NAME, draw(1.0, seed=1)), when="4")]
    sides = [join_runs([load_summary(path) for path in side]) for side in (first, second)]
    comparison = compare_runs(*sides)
    assert ([change.case.label for change in comparison.changes], comparison.only_first) == ([NAME], ("alone",))


def test_a_damaged_benchmark_of_the_first_run_is_gone_unless_it_may_be(tmp_path: Path) -> None:
    first = write(tmp_path, "a", (NAME, draw(1.0)), ("lost", [float("nan")]), when="1")
    second = write(tmp_path, "b", (NAME, draw(1.0, seed=1)), ("lost", draw(9.0)), when="2")
    runs = put_side_by_side([load_summary(each) for each in (first, second)])
    thresholds = parse_thresholds(["time:10%"])
    found = conclude(runs, thresholds)
    assert found.outcome is Outcome.NOT_COMPARED
    assert found.lines == (f"1 of 2 cases of {first} were not compared: lost (damaged); --allow-missing lets them go.",)
    assert conclude(runs, thresholds, allows_missing=True).outcome is Outcome.FINE
    selected = put_side_by_side([select_cases(load_summary(each), "not lost") for each in (first, second)])
    assert conclude(selected, thresholds).outcome is Outcome.FINE
    assert conclude(runs, parse_thresholds(["time:10%"], "*test_a")).outcome is Outcome.FINE


@pytest.mark.parametrize("width", [80, 100])
def test_of_long_names_the_shared_beginning_goes_and_then_a_and_b_before_any_ratio(width: int, tmp_path: Path) -> None:
    shared, rest = "tests/unit/test_bench.py::TestAll::", f"test_{'of_a_long_name_' * 3}[{'x' * 20}]"
    names = [f"{shared}{rest}{number}" for number in range(8)]
    first, second = (make_plain(*((name, draw(factor, seed=7)) for name in names)) for factor in (1.0, 1.05))
    comparison = compare(tmp_path, first, second)
    runs = put_side_by_side((comparison.first, load_summary(Path(comparison.second.path))))
    text = render_text(
        tabulate_side_by_side(runs, conclude(runs, parse_thresholds(["time:10%"])), everything=True), width
    )
    assert text.count(shared) == 1
    assert f"the names begin with {shared}" in text
    assert "B / A" in text.split("──")[0].splitlines()[-2]
    assert max(map(len, text.splitlines())) <= width
    assert text.count("[1.0") == text.count("[0.9") == len(names)


def test_a_case_that_is_fine_only_beside_the_others_is_as_they_are(tmp_path: Path) -> None:
    names = [f"{NAME}{number}" for number in range(8)]
    first, second = (make_plain(*((name, draw(factor, seed=7)) for name in names)) for factor in (1.0, 1.05))
    second["benchmarks"][0]["stats"]["data"] = draw(1.12, seed=7)
    comparison = compare(tmp_path, first, second)
    runs = put_side_by_side((comparison.first, load_summary(Path(comparison.second.path))))
    text = render_text(
        tabulate_side_by_side(runs, conclude(runs, parse_thresholds(["time:11%"])), everything=True), 120
    )
    verdicts = [line.rsplit("]", 1)[1].strip() for line in text.splitlines() if line.startswith("  test_a")]
    assert sorted(set(verdicts)) == ["as the others", "fine"]
    assert verdicts.count("as the others") == 1


@pytest.mark.parametrize(
    ("moved", "told"),
    [
        (["tests/a.py::x -> bench/b/a.py::x", "tests/c.py::y -> bench/b/c.py::y"], ("2 from tests -> bench/b",)),
        (["a.py::x -> t/a.py::x", "a.py::y -> t/a.py::y"], ("2 from . -> t",)),
        (["a.py::x -> b.py::x", "a.py::y -> b.py::y"], ("2 from a.py -> b.py",)),
        (["a.py::x -> b.py::x"], ("a.py::x -> b.py::x",)),
        (["a.py::x -> b.py::x", "a.py::y -> c.py::y"], ("a.py::x -> b.py::x", "a.py::y -> c.py::y")),
        ([], ()),
    ],
)
def test_moves_that_are_one_are_told_as_one(moved: list[str], told: tuple[str, ...]) -> None:
    assert sum_up_moves(moved) == told
