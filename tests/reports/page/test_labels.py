"""Names beside marks: none covers another, a mark, or the edge, at any width."""

import itertools
import random

import pytest

from reports.page.charts.labels import CHOICES, LINE, RADIUS, Label, find_box, overlap, place_labels
from reports.page.charts.names_chart import LIMIT, NARROW, NARROWEST, WIDE, WIDEST, NamedMark, draw_names

HEIGHT, PADDING = 340, 24


def test_a_lone_name_stands_to_the_right_and_at_the_right_edge_to_the_left() -> None:
    assert place_labels(["abc"], [(0.5, 0.5)], [], [300], height=HEIGHT) == [Label("left", 11, 0)]
    assert place_labels(["abc"], [(0.99, 0.5)], [], [300], height=HEIGHT) == [Label("right", -11, 0)]


def test_a_box_is_as_wide_as_its_name_and_a_line_high() -> None:
    assert find_box(Label("left", 11, 0), "abcd", (100, 50)) == (111, 50 - LINE / 2, 139, 50 + LINE / 2)
    assert find_box(Label("right", -11, 0), "abcd", (100, 50)) == (61, 42.5, 89, 57.5)
    assert find_box(Label("center", 0, -15), "abcd", (100, 50)) == (86, 27.5, 114, 42.5)


def test_boxes_that_share_an_edge_do_not_overlap() -> None:
    assert not overlap((0, 0, 10, 10), (10, 0, 20, 10))
    assert not overlap((0, 0, 10, 10), (0, 10, 10, 20))
    assert overlap((0, 0, 10, 10), (9, 9, 20, 20))


def test_who_comes_first_chooses_first_and_who_finds_no_room_has_no_name() -> None:
    same = [(0.5, 0.5)] * 20
    labels = place_labels(["name"] * 20, same, [], [300], height=HEIGHT)
    assert labels[:2] == list(CHOICES[:2])
    assert labels[-1] is None
    beside = [(0.5, 0.5), (0.56, 0.5)]
    assert place_labels(["abc"], beside, [], [300], height=HEIGHT) == [CHOICES[1]], "a mark is in the way on the right"
    assert place_labels(["x" * 50], [(0.5, 0.5)], [], [300], height=HEIGHT) == [None], "it is wider than the picture"


def test_a_name_covers_no_line() -> None:
    across, down = ((0.5, 0.5), (0.9, 0.5)), ((0.5, 0.2), (0.5, 0.8))
    assert place_labels(["abc"], [(0.5, 0.5)], [across], [300], height=HEIGHT) == [Label("right", -11, 0)]
    (label,) = place_labels(["abc"], [(0.5, 0.5)], [across, ((0.1, 0.5), (0.5, 0.5))], [300], height=HEIGHT)
    assert label == Label("center", 0, -15)
    (label,) = place_labels(["abc"], [(0.5, 0.5)], [across, ((0.1, 0.5), (0.5, 0.5)), down], [300], height=HEIGHT)
    assert label == Label("left", 5, -15)


@pytest.mark.parametrize("seed", range(5))
def test_names_cover_nothing_at_any_width(seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311  # no secrets
    marks = [(drawn.random(), drawn.random() ** 3) for _ in range(25)]
    names = ["x" * drawn.randint(3, 24) for _ in marks]
    for widths, least, most in ((WIDE, LIMIT, WIDEST), (NARROW, NARROWEST, LIMIT)):
        labels = place_labels(names, marks, [], widths, height=HEIGHT, padding=PADDING)
        assert sum(label is not None for label in labels) >= 5
        for width in range(least, most + 1, 7):
            points = [(PADDING + x * (width - 2 * PADDING), PADDING + y * (HEIGHT - 2 * PADDING)) for x, y in marks]
            boxes = {place: find_box(label, names[place], points[place]) for place, label in enumerate(labels) if label}
            for one, other in itertools.combinations(boxes.values(), 2):
                assert not overlap(one, other), width
            for place, box in boxes.items():
                assert box[0] >= 0
                assert box[2] <= width
                near = [(x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS) for x, y in points]
                assert not any(overlap(box, each) for at, each in enumerate(near) if at != place), width


def test_a_picture_has_a_place_for_wide_and_one_for_narrow() -> None:
    mark = NamedMark("a_name_of_some_length", (0.5, 0.5), {"mebibytes": 3.0})
    spec = draw_names([mark], [], HEIGHT, PADDING).to_dict()
    ((value,),) = spec["datasets"].values()
    assert (value["mebibytes"], value["wide"], value["wide_align"]) == (3.0, mark.name, "left")
    assert (value["narrow"], value["narrow_align"]) == (mark.name, "center"), "at 280 pixels neither side has room"
    assert spec["mark"]["dx"] == {"expr": "width >= 480 ? datum.wide_dx : datum.narrow_dx"}
