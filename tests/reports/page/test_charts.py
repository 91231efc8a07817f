"""Pictures: what is drawn where, what is left out, and that each is a whole picture in the library's own form."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pipeline_records
import pytest
import vl_convert
from foreign import make_odd_file
from made_traces import read_trace
from page_runs import (
    CASES,
    FAST,
    ON_GPU,
    POST,
    RAW,
    make_case,
    make_run,
    make_summary,
    make_traced_run,
    make_unclear_trace,
    predict,
    remember,
)
from pipeline_records import AFTER, BEFORE
from spaces import PYTHON, Made

from reports.drawing.blocks import Emphasis, Figure, Fold, Gallery, Heading, Lines, Section, Spec, Table
from reports.page.charts.intervals_chart import Mark, draw_intervals
from reports.page.charts.themes import LIGHT, build_config
from reports.page.files import PageError
from reports.page.order import list_sections
from reports.page.picture import find_charts
from reports.page.sections import memory, speed
from reports.page.sections.claims import describe_claims
from reports.page.sections.devices import describe_devices, describe_inference
from reports.page.sections.feeding import describe_feeding
from reports.page.sections.memory import NO_SERIES, describe_memory
from reports.page.sections.mixing import describe_mixing
from reports.page.sections.speed import describe_first_batch, describe_speed, draw_first_batch, draw_throughput
from reports.page.sections.traces import describe_traces
from reports.record.record import CaseRecord
from reports.stats.median import Estimate
from reports.summary.plain import parse_plain

SURE, FEW = Estimate(3.0, 2.0, 4.0, 6), Estimate(3.0, None, None, 2)


def rows(spec: Spec, number: int = 0) -> list[dict[str, Any]]:
    return list(spec["datasets"].values())[number]


def marks(spec: Spec) -> list[str]:
    return [layer["mark"]["type"] for layer in spec["layer"]]


def figures(section: Section | None) -> list[Figure]:
    assert section is not None
    found = [block for block in section.blocks if isinstance(block, Figure)]
    return found + [each for block in section.blocks if isinstance(block, Gallery) for each in block.figures]


def test_a_mark_is_a_point_with_the_line_of_its_interval() -> None:
    spec = draw_intervals([Mark("a", "s", SURE, "3 [2, 4]", "map()")], "seconds", series="arm")
    assert marks(spec) == ["rule", "point"]
    assert rows(spec) == [
        {"row": "a", "series": "s", "median": 3.0, "low": 2.0, "high": 4.0, "shown": "3 [2, 4]", "detail": "map()"}
    ]
    assert spec["width"] == "container"


def test_too_few_turns_are_a_point_without_a_line() -> None:
    spec = draw_intervals([Mark("a", "s", FEW, "3 (too few)")], "seconds", series="arm")
    assert marks(spec) == ["point"]


def test_a_logarithmic_axis_leaves_out_what_it_cannot_show() -> None:
    nothing, from_nothing = Estimate(0.0, 0.0, 0.0, 6), Estimate(3.0, 0.0, 4.0, 6)
    both = [Mark("a", "s", nothing, "0"), Mark("b", "s", from_nothing, "3 [0, 4]")]
    assert [(row["row"], row["low"]) for row in rows(draw_intervals(both, "s", series="arm"))] == [("b", None)]
    linear = rows(draw_intervals(both, "s", series="arm", log=False))
    assert [(row["row"], row["low"]) for row in linear] == [("a", 0.0), ("b", 0.0)]


def test_series_are_told_apart_by_shape_and_colour_and_one_needs_no_key() -> None:
    two = draw_intervals([Mark("a", "x", SURE, "3"), Mark("a", "y", SURE, "3")], "seconds", series="arm")
    point = two["layer"][-1]["encoding"]
    assert point["shape"]["scale"] == {"domain": ["x", "y"], "range": ["circle", "diamond"]}
    assert point["color"]["scale"]["domain"] == ["x", "y"]
    assert "yOffset" in point
    one = draw_intervals([Mark("a", "x", SURE, "3")], "seconds", series="arm")["layer"][-1]["encoding"]
    assert one["color"]["legend"] is None
    assert one["shape"]["legend"] is None


def test_throughput_lists_the_fastest_first_and_the_default_arm_first() -> None:
    shown = rows(draw_throughput(make_summary()).spec)
    assert [(row["row"], row["series"]) for row in shown] == [
        ("fast", "default: as TensorFlow runs it"),
        ("close_second", "default: as TensorFlow runs it"),
        ("post", "default: as TensorFlow runs it"),
        ("post", "raw: rewrites off"),
    ]
    assert shown[0]["median"] == pytest.approx(150_000)
    assert shown[0]["shown"] == "150k [146k, 154k] examples/s"


def test_first_batches_are_in_the_order_of_the_wait() -> None:
    shown = rows(draw_first_batch(make_summary()).spec)
    waits = [("fast", 40.0), ("post", 250.0), ("post", 20.0), ("close_second", 1200.0)]
    assert [(row["row"], row["median"]) for row in shown] == waits


def test_the_table_of_speeds() -> None:
    section = describe_speed(make_summary())
    assert section is not None
    table = section.blocks[1]
    assert isinstance(table, Table)
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["fast", "default", "150k [146k, 154k]", "40 ms", "7.50 [7.44, 7.56]", "95 [95, 95]", "200 (190)"],
        ["close_second", "default", "148k [143k, 152k]", "1.2 s", "7.39 [7.34, 7.44]", "", "10.0 (10.0)"],
        ["post", "default", "20.0k [19.4k, 20.7k]", "250 ms", "1", "40 [40, 40]", "50.0 (50.0)"],
        ["post", "raw", "60k [55k, 67k]", "20 ms", "1", "", ""],
    ]
    assert [row[2].below for row in table.rows] == [("fastest",), ("level with it",), (), ("fastest",)]


def test_another_device_is_another_series_and_no_rival() -> None:
    section = describe_speed(make_summary(POST, FAST, ON_GPU))
    assert section is not None
    figure, table = section.blocks
    assert isinstance(figure, Figure)
    assert isinstance(table, Table)
    assert [row["series"][-3:] for row in rows(figure.spec)] == ["CPU", "CPU", "GPU"]
    assert [(row[1].text, row[2].below) for row in table.rows] == [
        ("default, CPU", ("fastest",)),
        ("default, CPU", ()),
        ("default, GPU", ("fastest",)),
    ]
    assert table.rows[2][4].text == "", "the reference ran on the CPU"


def test_cpu_beside_gpu() -> None:
    figure, table = describe_devices(make_summary(POST, FAST, ON_GPU)).blocks
    assert isinstance(figure, Figure)
    assert isinstance(table, Table)
    assert [(row["row"], row["series"], row["median"]) for row in rows(figure.spec)] == [
        ("fast, drain", "CPU", pytest.approx(150_000)),
        ("fast, drain", "GPU", pytest.approx(600_000)),
    ]
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["fast, drain", "CPU", "150k [146k, 154k]", "1"],
        ["fast, drain", "GPU", "600k [585k, 615k]", "4.000 [4.000, 4.000]"],
    ]


def test_inference_by_batch_size_and_where_the_gpu_starts_to_win() -> None:
    cases = (predict(128, 600), predict(1, 6000), predict(128, 60, "gpu"), predict(1, 12000, "gpu"))
    figure, lines = describe_inference(make_summary(*cases)).blocks
    assert isinstance(figure, Figure)
    assert [(row["row"], row["series"], row["median"], row["detail"]) for row in rows(figure.spec)] == [
        ("batch of 1", "mlp, CPU", pytest.approx(10_000), "2.0 ms a call"),
        ("batch of 1", "mlp, GPU", pytest.approx(5_000), "2.0 ms a call"),
        ("batch of 128", "mlp, CPU", pytest.approx(100_000), "2.0 ms a call"),
        ("batch of 128", "mlp, GPU", pytest.approx(1_000_000), "2.0 ms a call"),
    ]
    assert isinstance(lines, Lines)
    assert lines.lines == ("The gpu predicts the mlp faster from batch size 128 on.",)


def test_inference_on_one_device_has_no_winner() -> None:
    section = describe_inference(make_summary(predict(1, 100)))
    assert [type(block) for block in section.blocks] == [Figure]


def test_devices_that_share_no_round_are_not_compared() -> None:
    later = replace(ON_GPU, turns=tuple(replace(turn, round=turn.round + 100) for turn in ON_GPU.turns))
    table = describe_devices(make_summary(FAST, later)).blocks[1]
    assert isinstance(table, Table)
    assert table.rows[1][3].text == "measured apart"


@pytest.mark.parametrize("cases", [(POST, FAST), (POST, ON_GPU)], ids=["one device", "no case on both"])
def test_without_a_shared_case_devices_are_not_compared(cases) -> None:
    assert describe_devices(make_summary(*cases)) is None


def test_memory_measured_predicted_and_over_time() -> None:
    section = describe_memory(make_summary())
    assert section is not None
    first, table, gallery = section.blocks
    assert isinstance(first, Figure)
    assert isinstance(table, Table)
    assert isinstance(gallery, Gallery)
    measured, predicted = rows(first.spec), rows(first.spec, 1)
    assert [(row["row"], row["mebibytes"]) for row in measured] == [("close_second", 10), ("post", 50), ("fast", 200)]
    assert [(row["row"], row["mebibytes"]) for row in predicted] == [("close_second", 10), ("post", 50), ("fast", 190)]
    assert [cell.text for cell in table.rows[2][:4]] == ["fast", "200", "190", "1.05"]
    assert [figure.title for figure in gallery.figures] == ["close_second", "post", "fast"]
    assert rows(gallery.figures[2].spec) == [
        {"seconds": 0.0, "mebibytes": 0.0},
        {"seconds": 1.0, "mebibytes": 200.0},
        {"seconds": 2.0, "mebibytes": 0.0},
    ]
    tops = [figure.spec["layer"][0]["encoding"]["y"]["scale"]["domain"] for figure in gallery.figures]
    assert tops == [[0, pytest.approx(210)]] * 3, "one axis of memory"


def test_of_many_readings_those_that_hold_the_most_are_drawn_over_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST_PICTURES", 2)
    section = describe_memory(make_summary())
    assert section is not None
    gallery = section.blocks[-1]
    assert isinstance(gallery, Gallery)
    assert [figure.title for figure in gallery.figures] == ["post", "fast"]
    assert gallery.how.endswith("Those that hold the most are drawn; 1 others stand in the table alone.")


def test_a_record_without_memory_over_time_says_so() -> None:
    older = remember("post", 50, 50)
    assert older.memory is not None
    section = describe_memory(make_summary(replace(older, memory=replace(older.memory, series=()))))
    assert section is not None
    assert section.blocks[-1] == Lines((NO_SERIES,))


def test_a_platform_that_does_not_tell_still_shows_predictions() -> None:
    section = describe_memory(make_summary(remember("post", None, 50)))
    assert marks(figures(section)[0].spec) == ["tick"]


def test_feeding_in_percent() -> None:
    spec = figures(describe_feeding(make_summary()))[0].spec
    bound, shown = rows(spec), rows(spec, 1)
    assert bound == [{"bound": 90.0, "label": "MLPerf Storage: 90%"}]
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["rule", "text", "rule", "point"]
    assert [(row["row"], row["series"], row["median"]) for row in shown] == [
        ("fast", "emulated accelerator, 2 ms, default", 95.0),
        ("post", "training step, default", 85.0),
        ("post", "emulated accelerator, 2 ms, default", 40.0),
    ]


def test_shuffle_quality() -> None:
    shown = rows(figures(describe_mixing(make_summary()))[0].spec)
    assert [(row["series"], row["median"]) for row in shown] == [
        ("how far examples move", 0.25),
        ("how often the label changes", 0.5),
    ]


def test_claims_have_a_band_a_point_and_a_line() -> None:
    named = (make_case("map_after_shuffle", [100] * 6), make_case("map_before_shuffle", [200] * 6))
    section = describe_claims(make_summary(*named))
    (shown,) = (rows(figure.spec) for figure in figures(section))
    claim = next(row for row in shown if row["id"] == "C1c")
    assert (claim["median"], claim["most"], claim["verdict"]) == (0.5, 0.9, "HOLDS")
    assert claim["least"] < min(row["low"] for row in shown), "what has no lower bound reaches the edge"
    lines, _, table, folded = section.blocks
    assert isinstance(lines, Lines)
    assert isinstance(table, Table)
    assert isinstance(folded, Fold)
    assert isinstance(folded.block, Table)
    assert lines.lines[0].endswith("not run.")
    assert "✓ HOLDS" in [row[1].text for row in table.rows]
    assert len(table.rows) + len(folded.block.rows) == 58


def test_a_trace_is_steps_over_time_and_the_slowest_stage(tmp_path) -> None:
    run = make_traced_run(tmp_path)
    steps, stages = figures(describe_traces(run.traces, ()))
    assert steps.title == "Steps over time, milliseconds; the slowest stage of tf.data is Map"
    first = [row for row in rows(steps.spec) if row["number"] == rows(steps.spec)[0]["number"]]
    assert [row["part"] for row in first][:2] == ["waiting for input", "host compute"]
    assert sum(row["ms"] for row in first) == pytest.approx(10, abs=0.01)
    assert stages.title == "Where the wait for input went, milliseconds: 93 % in Map"
    assert [row["row"] for row in rows(stages.spec) if row["slowest"]] == ["2. Map"]


def test_a_trace_that_cannot_be_judged_says_so_and_blames_no_stage() -> None:
    trace = make_unclear_trace()
    of_others = read_trace(
        {
            PYTHON: [Made("train", 0, 1000, {"step_num": 0, "_r": 1}), Made("FunctionRun", 0, 250, {"id": 3})],
            "loader/7": [Made("Iterator::Root", 0, 500)],
        }
    )
    heading, notes, said, *rest = describe_traces((trace,), ()).blocks
    assert heading == Heading("loader")
    assert notes == Lines(("the profiler says: CUPTI was not loaded.",), Emphasis.UNSURE)
    assert isinstance(said, Lines)
    assert said.lines[0] == (
        "Cannot tell from this trace: no tf.data in it, so it does not show how long the steps wait for input."
    )
    assert [figure.title for figure in rest if isinstance(figure, Figure)] == ["Steps over time, milliseconds"]
    shown = figures(describe_traces((of_others,), ()))
    assert [figure.title for figure in shown] == ["Steps over time, milliseconds"]


def test_a_trace_that_cannot_be_read_is_told() -> None:
    section = describe_traces((), ("The trace a could not be read: it is cut short.",))
    assert section.blocks == (Lines(("The trace a could not be read: it is cut short.",), Emphasis.UNSURE),)
    assert describe_traces((), ()) is None


def test_every_picture_of_a_run_can_be_drawn(tmp_path) -> None:
    run = make_traced_run(tmp_path, *CASES, ON_GPU)
    drawn = [figure for section in list_sections(run) for figure in figures(section)]
    assert len(drawn) == 17
    for figure in drawn:
        spec = {**figure.spec, "width": 600, "config": build_config(LIGHT)}
        assert "<path" in vl_convert.vegalite_to_svg(spec), figure.title


def test_sections_stand_in_the_order_in_which_a_reader_asks() -> None:
    asked = [
        "speed",
        "frontier",
        "first-batch",
        "memory",
        "feeding",
        "mixing",
        "inference",
        "turns",
        "machine",
    ]
    assert [section.anchor for section in list_sections(make_run())] == asked


def test_a_section_without_anything_to_show_is_left_out() -> None:
    assert describe_speed(make_summary(remember("post", 1, 1))) is None
    assert describe_first_batch(make_summary(remember("post", 1, 1))) is None
    assert describe_first_batch(make_summary(make_case("post", [1], 0))) is None
    for describe in (describe_memory, describe_feeding, describe_mixing, describe_inference, describe_claims):
        assert describe(make_summary(RAW)) is None


def make_many(count: int) -> list[CaseRecord]:
    """Drained orderings, each later one slower."""
    return [make_case(f"take({number + 1})", [100 + number] * 6) for number in range(count)]


@pytest.mark.parametrize(("count", "drawn"), [(60, 60), (61, 60)])
def test_of_many_orderings_the_fastest_are_drawn_and_the_rest_is_said_to_stand_in_the_table(
    count: int, drawn: int
) -> None:
    figure = draw_throughput(make_summary(*make_many(count)))
    shown = rows(figure.spec)
    assert (len(shown), shown[0]["row"], shown[-1]["row"]) == (drawn, "take(1)", f"take({drawn})")
    assert ("The 60 fastest of each arm are drawn; the table has all." in figure.how) is (count > drawn)


def test_what_a_case_is_called_costs_as_much_for_each_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(speed, "has_several_devices", lambda cases: bool(asked.append(len(cases))))
    for count in (10, 40):
        describe_speed(make_summary(*make_many(count)))
    assert asked == [10, 10, 40, 40]


def test_the_first_picture_is_that_of_the_headline() -> None:
    assert find_charts(make_summary())[0] == "throughput"
    assert find_charts(pipeline_records.make_summary(BEFORE, AFTER)) == ["pipelines", "turns"]
    benchmarks = parse_plain(Path("foreign.json"), make_odd_file(), "foreign.json")
    assert find_charts(benchmarks)[0] == "benchmarks"
    with pytest.raises(PageError, match=r"^this run has nothing for a picture: run pytest bench/ --benchmark-only\.$"):
        find_charts(replace(benchmarks, cases=()))
