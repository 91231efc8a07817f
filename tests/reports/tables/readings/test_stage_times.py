"""Tables of what stages take: literal text, the heaviest alone in a terminal, and words where there is no time."""

import dataclasses

import pytest
from pipeline_records import BEFORE, make_cached, make_record, make_staged, make_summary

from bench.turns.replay import list_walls
from reports.drawing.text import render_text
from reports.record.program import StageTime, StageTimes
from reports.record.record import CaseRecord
from reports.tables.all_tables import tabulate_run
from reports.tables.readings.stage_times import explain_stage_times, tabulate_stage_times

WHY = "TensorFlow 2.16.2 does not tell what its stages take: 2.17 and newer do"


def draw(most_stages: int, *names: str) -> list[str]:
    return draw_cases(most_stages, *map(make_staged, names))


def draw_cases(most_stages: int, *cases: CaseRecord) -> list[str]:
    blocks = tabulate_stage_times(make_summary(BEFORE, *cases), most_stages)
    return [line.rstrip() for line in render_text(blocks, 80).splitlines()]


def test_the_whole_text() -> None:
    assert draw(4, "before") == [
        "where the time of before goes, 72 % of it in Python",
        "",
        "  stage                at         an element  share %  Python %",
        " ──────────────────────────────────────────────────────────────",
        "  BatchV2                             9.0 ms        9         -",
        "  ParallelMapV2(auto)  data.py:7      900 us       90        80",
        "  3 more                                   -        1         -",
    ]


def test_the_heaviest_stages_have_rows_in_their_order_and_the_others_one_together() -> None:
    rows = [line.split()[0] for line in draw(1, "before")[4:6]]
    assert rows == ["ParallelMapV2(auto)", "4"]
    assert len(draw(1000, "before")) == len(draw(4, "before")), "what has less than 1 % has no row of its own"


def test_what_only_fills_a_cache_has_its_time_and_no_share() -> None:
    assert draw_cases(4, make_cached("before")) == [
        "where the time of before goes",
        "",
        "  stage                     at         an element  share %  Python %",
        " ───────────────────────────────────────────────────────────────────",
        "  MapAndBatch(auto)         data.py:9      1.5 ms       90         0",
        "  MemoryCache                               17 us       10         -",
        "  Map                       data.py:8      2.0 ms        -        99",
        "  first epoch only, 600 ms",
        "  1 more                                        -        0         -",
    ]
    assert draw_cases(4, make_cached("before", is_cut=True))[7] == "  first epoch only, > 600 ms"
    assert len(draw_cases(1000, make_cached("before"))) == 9, "what has less than 1 % of the first epoch has no row"


def test_what_first_epoch_only_means_is_said_where_it_stands() -> None:
    (explained,) = explain_stage_times(make_summary(make_staged("before")))
    assert explain_stage_times(make_summary(make_cached("before"))) == [
        explained,
        "first epoch only: it fills a cache or a snapshot; the shares are of the epochs after that",
    ]


def test_a_later_epoch_that_takes_no_time_has_no_shares() -> None:
    case = make_cached("before")
    assert case.stage_times is not None
    filling = tuple(each for each in case.stage_times.stages if each.is_first_only)
    times = StageTimes((StageTime("MemoryCache", 300, 0), *filling), 0)
    assert draw_cases(4, dataclasses.replace(case, stage_times=times))[4:6] == [
        "  MemoryCache                                   -        0         -",
        "  Map                       data.py:8      2.0 ms        -        99",
    ]


def test_words_where_there_is_no_time() -> None:
    blocks = tabulate_stage_times(make_summary(make_staged("before", WHY)))
    assert render_text(blocks, 100).strip() == f"stages of before: {WHY}"
    assert explain_stage_times(make_summary(make_staged("before", WHY))) == []


def test_it_stands_in_the_table_of_a_run_and_survives_the_record() -> None:
    record = make_record(BEFORE, make_staged("before"))
    text = render_text(tabulate_run(make_summary(*record.cases)), 80)
    assert "where the time of before goes" in text
    assert "Python: share of that" in text
    assert list_walls(record.cases[1]) == [2_000_000_000]


def test_a_stage_cannot_have_less_than_no_time() -> None:
    with pytest.raises(ValueError, match="StageTime.busy_ns must be"):
        StageTime("Map", 1, -1)
    with pytest.raises(ValueError, match="StageTimes.python_ns must be"):
        dataclasses.replace(make_staged("before").stage_times, python_ns=-1)
