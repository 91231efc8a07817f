"""The Pareto front: hand-placed cases, and the boundary at which two readings count as the same memory."""

import pytest
from page_runs import CASES, make_case, make_summary, remember

from reports.drawing.blocks import Figure, Table
from reports.page.sections.frontier import OFF, ON, Place, describe_frontier, find_front
from reports.stats.median import Estimate


def place(name: str, time_us: float, live_bytes: int) -> Place:
    return Place(make_case(name, [1]), Estimate(time_us, None, None, 1), live_bytes)


def names(places: list[Place]) -> list[str]:
    return [each.case.name for each in places]


def test_the_front_is_what_nobody_beats_in_both_the_least_memory_first() -> None:
    places = [
        place("small_and_slow", 90, 100),
        place("between", 50, 500),
        place("large_and_fast", 10, 900),
        place("beaten_by_between", 60, 600),
        place("beaten_by_two", 95, 950),
    ]
    assert names(find_front(places)) == ["small_and_slow", "between", "large_and_fast"]


@pytest.mark.parametrize(("faster_bytes", "front"), [(1060, ["faster"]), (1061, ["slower", "faster"])])
def test_what_one_reading_cannot_tell_is_no_advantage(faster_bytes: int, front: list[str]) -> None:
    places = [place("slower", 2.0, 1000), place("faster", 1.0, faster_bytes)]
    assert names(find_front(places)) == front


def test_cases_of_the_same_time_do_not_beat_each_other() -> None:
    assert names(find_front([place("a", 1.0, 20), place("b", 1.0, 10)])) == ["b", "a"]


def test_a_single_place_is_the_front() -> None:
    assert names(find_front([place("only", 1.0, 1)])) == ["only"]


def test_the_picture_and_the_table_say_the_same() -> None:
    section = describe_frontier(make_summary())
    assert section is not None
    figure, table = section.blocks
    assert isinstance(figure, Figure)
    assert isinstance(table, Table)
    rows = [rows for rows in figure.spec["datasets"].values() if rows[0].get("place") in {ON, OFF}]
    places = {row["name"]: row["place"] for each in rows for row in each}
    assert places == {"fast": ON, "close_second": ON, "post": OFF}
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["fast", ON, "6.67 [6.50, 6.83]", "200"],
        ["close_second", ON, "6.74 [6.58, 7.00]", "10.0"],
        ["post", "beaten by close_second", "50.0 [48.3, 51.7]", "50.0"],
    ]


def test_a_run_without_readings_has_no_such_section() -> None:
    drained = [case for case in CASES if case.consumer == "drain"]
    assert describe_frontier(make_summary(*drained)) is None
    assert describe_frontier(make_summary(*drained, remember("post", None, 50))) is None


def test_another_device_is_another_front() -> None:
    on_gpu = make_case("post", [10] * 6, device="gpu")
    section = describe_frontier(make_summary(make_case("post", [100] * 6), on_gpu, remember("post", 50, 50)))
    assert section is not None
    assert len(section.blocks) == 2, "the reading is of the CPU's case"
