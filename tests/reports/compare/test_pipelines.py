"""A person's pipelines in two runs: what their times are relative to, and turns of which each has its own size."""

import dataclasses

from pipeline_records import AFTER, BEFORE, CUT, make_pipeline, make_summary

from reports.compare.pairing import compare_runs
from reports.compare.tables import _tabulate_comparison
from reports.drawing.text import render_text
from reports.record.record import CaseRecord
from reports.summary.metric import RELATIVE


def refer(case: CaseRecord, name: str) -> CaseRecord:
    return dataclasses.replace(
        case, case=dataclasses.replace(case.case, subject=dataclasses.replace(case.case.subject, reference=name))
    )


def test_a_time_is_relative_to_the_pipeline_that_was_first() -> None:
    slower = make_pipeline("after", [600] * 6)
    comparison = compare_runs(make_summary(BEFORE, AFTER), make_summary(BEFORE, slower))
    text = render_text(_tabulate_comparison(comparison, "B", {}, everything=True), 100)
    assert "time relative to before in the same round" in text
    assert "relative to post" not in text


def test_times_relative_to_different_pipelines_are_not_compared() -> None:
    other = make_summary(refer(BEFORE, "after"), refer(AFTER, "after"))
    comparison = compare_runs(make_summary(BEFORE, AFTER), other)
    assert RELATIVE not in {change.metric for change in comparison.changes}
    assert len(comparison.changes) > 0


def test_parts_of_an_epoch_are_compared_whatever_their_size() -> None:
    first = make_pipeline("before", [1000] * 6, CUT)
    turns = tuple(
        dataclasses.replace(turn, sample=dataclasses.replace(turn.sample, num_examples=900)) for turn in first.turns
    )
    comparison = compare_runs(make_summary(first), make_summary(dataclasses.replace(first, turns=turns)))
    assert comparison.changes
    assert comparison.unlike == ()
