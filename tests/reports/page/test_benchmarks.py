"""The page of another project's file: pictures that stay bounded, and a table of all."""

from pathlib import Path

import pytest
from foreign import make_benchmark, make_file, make_odd_file, write_file

from reports.drawing.blocks import Figure, Fold, Section, Table
from reports.page.charts.themes import LIGHT
from reports.page.compose import render_page
from reports.page.files import PageError
from reports.page.headline import Fact, write_headline
from reports.page.picture import render_picture
from reports.page.runs import load_runs
from reports.page.sections.benchmarks import MOST_PICTURES, MOST_ROWS, MOST_UNFOLDED, describe_benchmarks
from reports.summary.files import load_summary


def describe(tmp_path: Path, *benchmarks: dict) -> Section:
    section = describe_benchmarks(load_summary(write_file(tmp_path / "a.json", make_file(*benchmarks))))
    assert section is not None
    return section


def make_many(count: int, group: str | None = None, start: int = 0) -> list[dict]:
    """Benchmarks of which each later one takes longer."""
    return [
        make_benchmark(f"test_{number}", scale=1e-3 * (number + 1), group=group)
        for number in range(start, start + count)
    ]


def list_rows(figure: Figure) -> list[str]:
    (values,) = figure.spec["datasets"].values()
    return [value["row"] for value in values]


@pytest.mark.parametrize(
    ("count", "drawn", "title"), [(30, 30, "30 benchmarks"), (31, 30, "31 benchmarks, the 30 slowest")]
)
def test_of_many_the_slowest_are_drawn_and_the_title_says_so(
    count: int, drawn: int, title: str, tmp_path: Path
) -> None:
    (figure, *_) = describe(tmp_path, *make_many(count)).blocks
    assert isinstance(figure, Figure)
    assert (figure.title, figure.spec["height"]) == (title, 30 * drawn)
    rows = list_rows(figure)
    assert (rows[0], rows[-1]) == (f"test_{count - drawn}", f"test_{count - 1}")
    assert MOST_ROWS == 30


@pytest.mark.parametrize("more", [0, 1, 2])
def test_of_many_groups_the_largest_are_drawn_and_the_last_one_says_how_many_are_left(
    more: int, tmp_path: Path
) -> None:
    count = MOST_PICTURES + more
    groups = [make_many(2 if number else 3, f"group {number}", 10 * number) for number in range(count)]
    figures = [
        block
        for block in describe(tmp_path, *(each for group in groups for each in group)).blocks
        if isinstance(block, Figure)
    ]
    assert [figure.title for figure in figures] == [
        "group 0: 3 benchmarks",
        *(f"group {number}: 2 benchmarks" for number in range(1, MOST_PICTURES)),
    ]
    said = {0: "", 1: " 1 smaller group only in the table", 2: " 2 smaller groups only in the table"}[more]
    assert said in figures[-1].how
    assert "smaller" not in figures[0].how


@pytest.mark.parametrize(("count", "kind"), [(MOST_UNFOLDED, Table), (MOST_UNFOLDED + 1, Fold)])
def test_the_table_has_all_and_a_long_one_is_folded(count: int, kind: type, tmp_path: Path) -> None:
    table = describe(tmp_path, *make_many(count)).blocks[-1]
    assert isinstance(table, kind)
    inner = table.block if isinstance(table, Fold) else table
    assert isinstance(inner, Table)
    assert len(inner.rows) == count


def test_rounds_below_a_tick_have_no_picture_and_a_row(tmp_path: Path) -> None:
    section = describe(tmp_path, make_benchmark("t", [0.0] * 9))
    assert not any(isinstance(block, Figure) for block in section.blocks)
    assert [row[0].text for row in section.blocks[-1].rows] == ["t"]


def test_the_headline_tells_the_longest_and_the_fastest_of_each_group(tmp_path: Path) -> None:
    benchmarks = [*make_many(2, "a"), *make_many(1, "b", 7), make_benchmark("alone", scale=1e-6)]
    (run,) = load_runs([write_file(tmp_path / "a.json", make_file(*benchmarks))])
    headline = write_headline(run)
    assert headline.sentence == "4 benchmarks; the longest round: test_7, 8.00 ms [7.84, 8.16]"
    assert headline.facts == (Fact("Fastest of a", "test_0", "1.00 ms [0.980, 1.02]"),)


def test_a_page_of_everything_that_is_met_is_whole_and_tells_nothing_of_pipelines(tmp_path: Path) -> None:
    html = render_page(load_runs([write_file(tmp_path / "odd.json", make_odd_file())]))
    body = html[html.index("<main>") : html.index("</main>")]
    assert "<script>alert" not in html
    assert "examples" not in body
    assert "claim" not in body
    assert "digits" not in body
    assert "Test CPU, 4 cores, x86_64, Linux" in body
    assert "left out: " in body


def test_a_page_grows_in_the_table_alone_and_by_as_much_for_each_benchmark(tmp_path: Path) -> None:
    few, more, most = (
        len(render_page(load_runs([write_file(tmp_path / "a.json", make_file(*make_many(count, start=1000)))])))
        for count in (200, 300, 500)
    )
    assert most - more == pytest.approx(2 * (more - few), rel=0.02)
    assert (more - few) / 100 < 300


def test_a_picture_is_that_of_the_largest_group(tmp_path: Path) -> None:
    summary = load_summary(write_file(tmp_path / "a.json", make_file(*make_many(1, "a"), *make_many(2, "b", 5))))
    assert b"b: 2 benchmarks" in render_picture(summary, "benchmarks", ".svg", LIGHT, "a")
    with pytest.raises(PageError, match="nothing for the picture throughput: it has benchmarks, turns"):
        render_picture(summary, "throughput", ".svg", LIGHT, "a")
