"""Devices beside each other: paired within a run, across two runs only where they must be."""

import pytest
from compared import make_case, make_run, slow_down

from reports.compare.side_by_side import put_side_by_side
from reports.compare.speed_up import find_speed_ups
from reports.stats.median import Estimate, estimate_ratio


def test_within_a_run_turns_of_a_round_are_compared() -> None:
    # every round is slower than the one before, on both devices: only pairs tell that the GPU takes a quarter
    slowing = (100, 200, 400, 800, 1600, 3200)
    run = make_run("a", make_case("post", slowing), make_case("post", slow_down(0.25, slowing), device="gpu"))
    (found,) = find_speed_ups([run])
    (row,) = found.rows
    assert (found.cpu_run, found.other_run, row.case.label) == (0, 0, "post-default-gpu")
    assert row.ratio == Estimate(4.0, 4.0, 4.0, 6)
    assert row.ratio == estimate_ratio({0: 4.0, 1: 4, 2: 4, 3: 4, 4: 4, 5: 4}, dict.fromkeys(range(6), 1.0))


def test_the_largest_speed_up_comes_first_and_every_case_meets_itself_only() -> None:
    cases = [
        make_case(name, slow_down(factor), device=device, arm=arm)
        for arm in ("default", "raw")
        for name, device, factor in (("one", "cpu", 1), ("two", "cpu", 1), ("one", "gpu", 0.5), ("two", "gpu", 2))
    ]
    (found,) = find_speed_ups([make_run("a", *cases, make_case("three"), make_case("four", device="gpu"))])
    assert [(row.case.label, round(row.ratio.median, 1)) for row in found.rows] == [
        ("one-default-gpu", 2.0),
        ("one-raw-gpu", 2.0),
        ("two-default-gpu", 0.5),
        ("two-raw-gpu", 0.5),
    ]


def test_cpu_of_one_run_and_gpu_of_another_are_compared_without_pairs_and_never_as_a_change() -> None:
    cpu, gpu = make_run("a", make_case("post")), make_run("b", make_case("post", slow_down(0.2), device="gpu"))
    shown = put_side_by_side([cpu, gpu])
    assert shown.comparisons[0].changes == ()
    (found,) = shown.speed_ups
    assert (found.cpu_run, found.other_run) == (0, 1)
    assert found.rows[0].ratio.median == pytest.approx(5.0)
    (back,) = put_side_by_side([gpu, cpu]).speed_ups
    assert (back.cpu_run, back.other_run, back.rows) == (1, 0, found.rows)


def test_what_one_run_has_on_both_devices_is_not_looked_for_in_two() -> None:
    both = make_run("a", make_case("post"), make_case("post", device="gpu"))
    other = make_run("b", make_case("post"), make_case("post", device="gpu"), make_case("alone"))
    third = make_run("c", make_case("alone", device="gpu"))
    found = find_speed_ups([both, other, third])
    assert [(each.cpu_run, each.other_run) for each in found] == [(0, 0), (1, 1), (1, 2)]


def test_a_run_on_one_device_has_no_speed_up() -> None:
    assert find_speed_ups([make_run("a", make_case("post")), make_run("b", make_case("post"))]) == ()
