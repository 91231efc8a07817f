"""Other projects' benchmarks as tables: what is told, what is not, and in which order."""

from pathlib import Path

import pytest
from foreign import make_benchmark, make_file, make_odd_file, make_statistics, write_file

from reports.drawing.long_names import find_shared
from reports.drawing.text import render_text
from reports.summary.files import load_summary
from reports.summary.summary import Summary
from reports.tables.all_tables import tabulate_run
from reports.tables.benchmarks import list_groups, name_benchmarks

FAST, SLOW = (1.0, 1.01, 0.99, 1.02, 0.98, 1.0), (2.0, 2.01, 1.99, 2.02, 1.98, 2.0)


@pytest.fixture
def load(tmp_path: Path):
    def load(content: dict) -> Summary:
        return load_summary(write_file(tmp_path / "a.json", content))

    return load


def test_a_group_has_a_table_with_the_fastest_first(load) -> None:
    benchmarks = (
        make_benchmark("tests/test_a.py::test_x[slow]", SLOW, group="parse"),
        make_benchmark("tests/test_a.py::test_x[fast]", FAST, group="parse"),
        make_benchmark("tests/test_a.py::test_x[near]", [each * 1.001 for each in FAST], group="parse"),
        make_benchmark("tests/test_a.py::test_alone", FAST),
        make_statistics("tests/test_a.py::test_saved", SLOW),
    )
    assert render_text(tabulate_run(load(make_file(*benchmarks)))).splitlines() == [
        " tests/test_a.py: 5 benchmarks",
        "parse",
        "",
        "  benchmark                       time of a round  rounds",
        " ───────────────────────────────────────────────────────────────────────",
        "  test_x[fast]              1.00 ms [0.980, 1.02]       6  fastest",
        "  test_x[near]              1.00 ms [0.981, 1.02]       6  level with it",
        "  test_x[slow]               2.00 ms [1.98, 2.02]       6",
        "",
        "  benchmark                       time of a round  rounds",
        " ────────────────────────────────────────────────────────",
        "  test_alone                1.00 ms [0.980, 1.02]       6",
        "  test_saved                ~2.00 ms [1.99, 2.01]       6",
        "",
        " ! rounds are not stored: intervals are rough; --benchmark-save-data keeps them",
        " median of the rounds [95% interval]; ~ rough: from stored statistics",
        " Test CPU, 4 cores, x86_64, Linux, 2026-11-25T10:00",
        " CPython 3.12.1, pytest-benchmark 5.3.1, commit 0123456789ab",
    ]


def test_what_the_file_does_not_tell_is_absent(load) -> None:
    text = render_text(tabulate_run(load({"benchmarks": [{"fullname": "x", "stats": {"median": 1}}]})))
    assert text.splitlines()[-1] == " median of the rounds [95% interval]; ~ rough: from stored statistics"
    assert "None" not in text


def test_names_are_told_without_what_all_begin_with() -> None:
    def share(*names: str) -> str:
        return find_shared(names)

    assert share("a/b.py::T::x", "a/b.py::T::y") == "a/b.py::T::"
    assert share("a/b.py::x", "a/c.py::x") == "a/"
    assert share("a/b.py::x[a/b]", "a/b.py::x[a/c]") == "a/b.py::"
    assert share("a/b.py::x") == "a/b.py::"
    assert share("bare", "bald") == ""
    assert share("bare[a/b]") == ""
    assert share("a/b.py::x", "a/b.py::xy") == "a/b.py::"


def test_a_huge_name_keeps_its_beginning_and_its_end_and_two_stay_two(load) -> None:
    long = [f"{'a' * 90}{letter}{'b' * 90}" for letter in "xyz"]
    names = name_benchmarks(load(make_file(*map(make_benchmark, ["a" * 120, *long]))))
    assert list(names.values()) == ["a" * 120, f"{'a' * 80}…{'b' * 39}", long[1], long[2]]
    assert list(names) == ["a" * 120, *long]


def test_the_fastest_of_too_few_rounds_is_called_nothing(load) -> None:
    run = load(make_file(*(make_benchmark(name, FAST[:5], group="g") for name in "ab")))
    assert [each.rank for each in list_groups(run)["g"]] == ["", ""]


def test_one_alone_in_its_group_is_not_the_fastest(load) -> None:
    assert [each.rank for each in list_groups(load(make_file(make_benchmark("a", group="g"))))["g"]] == [""]


def test_a_file_of_everything_that_is_met_is_drawn_and_damage_costs_itself(load) -> None:
    run = load(make_odd_file())
    text = render_text(tabulate_run(run), columns=80)
    assert len(run.cases) == 7
    assert text.count("! left out") == 3
    assert "~60.0 s [59.2, 60.8]" in text
    assert "2.0 s (too few)" in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_interval_of_a_coarse_clock_is_at_least_a_tick_wide(load) -> None:
    tick = 4.1667e-8
    ticks = [24] * 30 + [25] * 20
    (case,) = load(make_file(make_benchmark("t", ticks, scale=tick))).cases
    found = case.estimates["time"]
    assert (found.low, found.high) == (pytest.approx(23.5 * tick), pytest.approx(25.5 * tick))
    assert found.median == pytest.approx(24 * tick)
