"""The mixing scores of a person's pipelines: literal text, and words where there is no score."""

import dataclasses

import pytest
from pipeline_records import BEFORE, make_mixed, make_record, make_summary

from bench.turns.replay import list_walls
from reports.drawing.text import render_text
from reports.formats.comma_separated import render_csv
from reports.record.sample import Mixing, MixingReading
from reports.tables.all_tables import tabulate_run
from reports.tables.readings.mixing import EXPLAINED, tell_mixing

WHY = "its examples differ each time that it is made"


def test_the_whole_text() -> None:
    scores = [0.5, 0.52, 0.48, 0.5, 0.51, 0.49]
    summary = make_summary(BEFORE, make_mixed("before", scores), make_mixed("after", [], WHY))
    assert tell_mixing(summary) == [
        "mixing score of before: displacement 0.500 [0.480, 0.520], label runs 1.00 [0.960, 1.00], of 1,000 examples",
        f"after has no mixing score: {WHY}",
        "from 0, unmoved, to 1, at random: how far examples move; how often labels change that came sorted",
    ]
    assert "mixing score of before" in render_text(tabulate_run(summary), 80)


def test_the_scores_are_metrics_that_are_exported_and_stand_in_no_table_of_our_orderings() -> None:
    summary = make_summary(BEFORE, make_mixed("before", [0.25, 0.25]))
    header, *rows = (line.split(",") for line in render_csv(summary).splitlines())
    scored = [row[header.index("displacement")] for row in rows]
    assert scored == ["", "0.25"]
    assert summary.mixed == ()


def test_of_a_part_of_an_epoch_it_is_said() -> None:
    case = make_mixed("before", [0.5])
    assert case.mixing is not None
    part = dataclasses.replace(case, mixing=dataclasses.replace(case.mixing, is_whole=False))
    line = tell_mixing(make_summary(part))[0]
    assert line.endswith("displacement 0.50 (too few), label runs 1.0 (too few), of the first 1,000 examples")


def test_without_any_score_nothing_is_explained() -> None:
    assert tell_mixing(make_summary(make_mixed("before", [], WHY))) == [f"before has no mixing score: {WHY}"]
    assert EXPLAINED not in tell_mixing(make_summary(BEFORE))


def test_pytest_benchmark_is_told_how_long_the_reading_took() -> None:
    (case,) = make_record(make_mixed("before", [0.5])).cases
    assert list_walls(case) == [3_000_000_000]


def test_no_count_is_below_zero() -> None:
    with pytest.raises(ValueError, match=r"MixingReading\.num_examples must be"):
        MixingReading((Mixing(0, 0),), -1)
