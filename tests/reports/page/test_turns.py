"""Turns over time: the multiples of a case's median, who disturbed them, and what is left out of many."""

import re
from dataclasses import replace

import pytest
import vl_convert
from page_runs import CASES, FAST, ON_GPU, POST, RAW, make_case, make_summary

from reports.drawing.blocks import Figure
from reports.page.charts.themes import LIGHT, build_config
from reports.page.charts.turns_chart import (
    BEYOND,
    DISTURBED,
    MOST_TURNS,
    Strip,
    draw_turns,
    find_scale,
    measure_distance,
    relate,
    thin,
)
from reports.page.sections import turns as turns_module
from reports.page.sections.turns import describe_turns
from reports.record.sample import Turn


def list_rows(figure: Figure, number: int = 1) -> list[dict[str, object]]:
    """What is drawn: of layer 0 the lines of the medians, of layer 1 the turns."""
    rows: list[dict[str, object]] = list(figure.spec["datasets"].values())[number]
    return rows


def test_a_turn_is_a_multiple_of_the_median_of_its_case() -> None:
    assert relate({0: 2.0, 1: 4.0, 5: 8.0}) == {0: 0.5, 1: 1.0, 5: 2.0}
    assert relate({}) == {}
    assert relate({0: 0.0, 1: 0.0, 2: 3.0}) == {}, "the clock was too coarse for the median"
    assert relate({0: 0.0, 1: 2.0, 2: 2.0}) == {1: 1.0, 2: 1.0}, "and here for one turn"


@pytest.mark.parametrize(("ratio", "distance"), [(1.0, 1.0), (2.0, 2.0), (0.5, 2.0)])
def test_twice_and_half_are_as_far(ratio: float, distance: float) -> None:
    assert measure_distance(ratio) == distance


@pytest.mark.parametrize(
    ("farthest", "scale"), [(1.05, 1.05), (1.051, 1.1), (1.3, 1.5), (4.0, 4.0), (1 / 1.3, 1.5), (99.0, 4.0)]
)
def test_a_row_is_as_high_as_nearly_all_turns_need(farthest: float, scale: float) -> None:
    assert find_scale([Strip("a", "default", {0: 1.0, 1: farthest})]) == scale


def test_one_turn_of_twenty_may_stand_outside() -> None:
    ratios = dict.fromkeys(range(19), 1.0)
    assert find_scale([Strip("a", "default", {**ratios, 19: 9.0})]) == 1.05
    assert find_scale([Strip("a", "default", {**ratios, 19: 9.0, 20: 9.0})]) == 4.0


def test_few_turns_are_all_drawn_and_of_many_the_middle_and_the_farthest() -> None:
    few = dict.fromkeys(range(MOST_TURNS), 1.0)
    assert thin(few) == few
    many = {number: 1.0 + number / 100_000 for number in range(10 * MOST_TURNS)} | {7: 3.0, 300: 0.2}
    kept = thin(many)
    assert len(kept) <= MOST_TURNS
    assert (kept[7], kept[300]) == (3.0, 0.2)
    assert list(kept) == sorted(kept)


def test_up_is_slower_and_beyond_the_row_is_its_edge() -> None:
    strip = Strip("a", "raw", {0: 1.0, 1: 2.0, 2: 0.5, 3: 3.0, 4: 1.1}, {4})
    spec = draw_turns([strip], 2.0)
    rows = list(spec["datasets"].values())[1]
    assert [(row["round"], row["height"], row["kind"]) for row in rows] == [
        (0, 0, "raw"),
        (1, 1, "raw"),
        (2, -1, "raw"),
        (3, 1, BEYOND),
        (4, 0.138, DISTURBED),
    ]
    drawn = vl_convert.vegalite_to_svg({**spec, "width": 400, "config": build_config(LIGHT)})
    heights = re.findall(r'aria-label="round: (\d);[^>]*translate\([^,]*,([\d.]+)\)', drawn)
    assert heights == [("0", "12"), ("1", "0"), ("2", "24"), ("3", "0"), ("4", heights[4][1])]
    assert 0 < float(heights[4][1]) < 12
    encoding = spec["layer"][1]["encoding"]
    assert encoding["color"]["scale"]["domain"] == ["raw", DISTURBED, BEYOND]
    assert encoding["shape"]["scale"]["range"] == ["circle", "cross", "triangle-up"]


def test_a_case_of_another_project_has_turns_of_no_arm() -> None:
    encoding = draw_turns([Strip("a", "", {0: 1.0, 1: 1.2})], 2.0)["layer"][1]["encoding"]
    assert encoding["color"]["scale"] == {"domain": ["turn"], "range": [{"expr": "colours.default"}]}


def test_every_case_with_turns_has_a_row_and_every_group_a_picture() -> None:
    section = describe_turns(make_summary(CASES[-1], *CASES[:-1], ON_GPU))
    assert section is not None
    titles = [block.title for block in section.blocks if isinstance(block, Figure)]
    assert [title.split()[2] for title in titles] == ["orderings", "training", "inference", "mixing"]
    rows = [[row["row"] for row in list_rows(block, 0)] for block in section.blocks if isinstance(block, Figure)]
    assert rows[0] == ["post, CPU", "fast, CPU", "close_second, CPU", "control, CPU", "post, raw, CPU", "fast, GPU"]
    assert rows[1] == ["post, emulated-2ms, CPU", "post, step, CPU", "fast, emulated-2ms, CPU"]
    assert [bool(block.how) for block in section.blocks if isinstance(block, Figure)] == [True, False, False, False]


def test_disturbed_turns_are_marked_in_their_round() -> None:
    turns = tuple(Turn(turn.round, replace(turn.sample, contaminated=turn.round in {2, 5})) for turn in POST.turns)
    section = describe_turns(make_summary(replace(POST, turns=turns), FAST))
    assert section is not None
    (figure,) = section.blocks
    assert isinstance(figure, Figure)
    marked = [(row["row"], row["round"]) for row in list_rows(figure) if row["kind"] == DISTURBED]
    assert marked == [("post", 2), ("post", 5)]


def test_a_run_of_single_turns_has_no_such_section() -> None:
    assert describe_turns(make_summary(make_case("post", [100]))) is None


def test_cases_of_one_name_are_told_apart() -> None:
    section = describe_turns(make_summary(POST, POST, RAW))
    assert section is not None
    (figure,) = section.blocks
    assert isinstance(figure, Figure)
    assert [row["row"] for row in list_rows(figure, 0)] == ["post (1)", "post (2)", "post, raw"]


def test_of_many_cases_the_least_steady_are_drawn_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns_module, "MOST_CASES", 2)
    steady, shaky = make_case("steady", [100] * 6), make_case("shaky", [100, 100, 100, 100, 100, 300])
    section = describe_turns(make_summary(steady, shaky, POST))
    assert section is not None
    (figure,) = section.blocks
    assert isinstance(figure, Figure)
    assert [row["row"] for row in list_rows(figure, 0)] == ["shaky", "post"]
    assert figure.how.endswith("The 2 cases with the farthest turns are drawn; 1 others are left out.")


def test_a_picture_ends_where_a_sheet_of_paper_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns_module, "MOST_ROWS", 2)
    section = describe_turns(make_summary(POST, FAST, RAW))
    assert section is not None
    assert [len(list_rows(figure, 0)) for figure in section.blocks if isinstance(figure, Figure)] == [2, 1]
