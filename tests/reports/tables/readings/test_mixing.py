"""The table of mixing scores of a person's pipelines: literal text, and words where there is no score."""

import pytest
from pipeline_records import BEFORE, make_mixed, make_record, make_summary

from bench.turns.replay import list_walls
from reports.drawing.text import render_text
from reports.record.sample import Mixing, MixingReading
from reports.tables.all_tables import tabulate_run
from reports.tables.readings.mixing import explain_mixing_scores, tabulate_mixing_scores

WHY = "its examples differ from epoch to epoch"


def test_the_whole_text() -> None:
    summary = make_summary(
        BEFORE, make_mixed("before", [0.5, 0.52, 0.48, 0.5, 0.51, 0.49]), make_mixed("after", [], WHY)
    )
    assert [line.rstrip() for line in render_text(tabulate_mixing_scores(summary), 80).splitlines()] == [
        "mixing score",
        "",
        "  pipeline              displacement          label runs  examples",
        " ─────────────────────────────────────────────────────────────────",
        "  before        0.500 [0.480, 0.520]  1.00 [0.960, 1.00]     1,000",
    ]
    assert explain_mixing_scores(summary)[2:] == [f"after has no mixing score: {WHY}"]
    assert "mixing score" in render_text(tabulate_run(summary), 80)


def test_without_any_score_there_is_no_table_and_its_columns_are_not_explained() -> None:
    summary = make_summary(make_mixed("before", [], WHY))
    assert tabulate_mixing_scores(summary) == []
    assert explain_mixing_scores(summary) == [f"before has no mixing score: {WHY}"]
    assert explain_mixing_scores(make_summary(BEFORE)) == []


def test_pytest_benchmark_is_told_how_long_the_reading_took() -> None:
    (case,) = make_record(make_mixed("before", [0.5])).cases
    assert list_walls(case) == [3_000_000_000]


def test_no_count_is_below_zero() -> None:
    with pytest.raises(ValueError, match=r"MixingReading\.num_examples must be"):
        MixingReading((Mixing(0, 0),), -1)
