"""A trace as text: literal tables, what takes the time, names that steer a terminal."""

from dataclasses import replace

import pytest
from made_traces import OPERATION, draw, make_step, make_trace, make_waits, read_space, read_trace
from spaces import PYTHON, Made, make_slow_map, make_space

from reports.drawing.numbers import render_ms, render_share
from reports.traces.comparison_tables import tabulate_comparison
from reports.traces.tables import tabulate_trace


def test_the_text_of_an_input_bound_trace() -> None:
    lines = draw(tabulate_trace(make_trace([make_step(8.1)] * 10), top=5)).splitlines()
    assert [line.rstrip() for line in lines] == [
        " post/2026_11_23: 120 ms captured, 0.1 MB",
        "",
        " highly input-bound: 81 % of the step time is waiting for input",
        " without that wait a step would take 1.9 ms instead of 10.0 ms, at best",
        " slowest stage: Map, 93 % of that wait: it waited for its function",
        " meanwhile tf.data's threads ran PyFunc 84.0 ms",
        " to do: use TensorFlow's operations, or cache() the result: PyFunc runs Python code, of which one",
        " call runs at a time",
        "",
        "step time, ms",
        "",
        "                                       mean  share %",
        " ───────────────────────────────────────────────────",
        "  waiting for input                    8.10       81",
        "  host compute                         1.90       19",
        "  device compute                       0.00        0",
        "  kernel launch                        0.00        0",
        "  other: Python, compilation, output   0.00        0",
        "  a step                              10.00      100",
        "",
        " 12 steps named train, of which 10 count",
        " median 10.00 [10.00, 10.00], mean 10.0, from 10.00 to 10.00",
        "",
        "tf.data",
        "",
        "  stage                  wait %  wait ms  own ms  calls  parallel  buffer  batch",
        " ───────────────────────────────────────────────────────────────────────────────",
        "    Root                      1     0.60    0.60     12",
        "     Prefetch                 0     0.00    0.00     12            auto 2",
        "  *   Map                    93     90.0    90.0     12",
        "       BatchV2                6     6.00    6.00     12                       32",
        "",
        " runs as Prefetch(auto) > Map > BatchV2",
        "",
        "operations, the longest 1 of 1",
        "",
        "  name                   type    on    own ms  calls",
        " ───────────────────────────────────────────────────",
        "  dense/MatMul           MatMul  host    24.0     12",
        "",
        " wait: the consumer's, and the stage in which it went (* the slowest); own: called, its inputs not",
        " auto: AUTOTUNE chose the number; ?: too busy to tell; these tables are of the whole capture",
        " of six steps or more of any name the first and the last do not count: a capture may cut them",
        " []: 95% interval of the median. The profiler slows a run: take no rates from it",
        " input-bound: moderately from 5% of the time on, highly from 20%, as in TensorBoard",
    ]


def test_one_step_is_one_step_without_a_median() -> None:
    lines = draw(tabulate_trace(read_trace(make_slow_map(1)), top=0)).splitlines()
    at = lines.index(" 1 step named train")
    assert lines[at + 1] == " it took 10.00 ms"
    assert not any("median 10" in line or "steps named" in line for line in lines)


def test_few_steps_have_no_interval() -> None:
    assert " median 10 (too few), mean 10.0, from 10.00 to 10.00" in draw(
        tabulate_trace(make_trace([make_step(8.1)] * 3), top=0)
    )


def test_a_stage_whose_work_was_not_traced_has_no_line_of_work() -> None:
    lines = draw(tabulate_trace(read_trace(make_waits(9)), top=0))
    assert "most of it for Root" in lines
    slow = draw(tabulate_trace(read_trace(make_waits(9_000)), top=0))
    assert "waited for the thread pool and the options" in slow
    assert "meanwhile" not in slow
    assert [line.strip() for line in slow.splitlines()[:6]].count("") == 1


def test_what_the_profiler_says_comes_first() -> None:
    space = make_space(make_slow_map(3))
    space.errors.append("CUPTI could not be loaded.")
    space.warnings.extend(f"{number} events were dropped." for number in range(6))
    lines = draw(tabulate_trace(read_space(space), top=0)).splitlines()
    assert lines[:9] == [
        " post/2026_11_23: 30.0 ms captured, 0.1 MB",
        " ! the profiler says: CUPTI could not be loaded.",
        " ! the profiler says: 0 events were dropped.",
        " ! the profiler says: 1 events were dropped.",
        " ! the profiler says: 2 events were dropped.",
        " ! the profiler says: 3 events were dropped.",
        " ! and 2 more",
        "",
        " highly input-bound: 81 % of the step time is waiting for input",
    ]


def test_the_text_of_a_trace_that_cannot_be_judged() -> None:
    marks = [Made("train", number * 10_000, 10_000, {"step_num": number, "_r": 1}) for number in range(4)]
    steps = [Made("step", number * 10_000 + 7_500, 2_000) for number in range(4)]
    lines = draw(tabulate_trace(read_trace({PYTHON: [*marks, *steps]}), top=5)).splitlines()
    assert [line.rstrip() for line in lines] == [
        " post/2026_11_23: 40.0 ms captured, 0.1 MB",
        "",
        " cannot tell from this trace: no tf.data in it, so it does not show how long the steps wait for",
        " input",
        " in the steps their thread ran step 20 %, 80 % nothing that was recorded (Python, or waiting; in 80",
        " % no other thread did anything either)",
        " to do: feed the steps from tf.data, or mark what loads a batch, inside of the step, with",
        ' tf.profiler.experimental.Trace("load")',
        "",
        "step time, ms",
        "",
        "                                       mean  share %",
        " ───────────────────────────────────────────────────",
        "  waiting for input                       -        -",
        "  host compute                         2.00       20",
        "  device compute                       0.00        0",
        "  kernel launch                        0.00        0",
        "  other: Python, compilation, output   8.00       80",
        "  a step                              10.00      100",
        "",
        " 4 steps named train",
        " median 10 (too few), mean 10.0, from 10.00 to 10.00",
        "",
        " []: 95% interval of the median. The profiler slows a run: take no rates from it",
    ]


def test_every_pipeline_has_a_table_under_the_name_of_who_fetches_from_it() -> None:
    threads = make_waits(2_000)
    threads[PYTHON] += [Made("Iterator::Root", 12_000, 1_000, {"id": 2}),
                        Made("Iterator::Root::Map", 12_000, 1_000, {"id": 3, "parent_id": 2})]  # fmt: skip
    lines = draw(tabulate_trace(read_trace(threads), top=0)).splitlines()
    at = lines.index("tf.data, pipeline 1 of 2: for train")
    assert [line.rstrip() for line in lines[at : at + 17]] == [
        "tf.data, pipeline 1 of 2: for train",
        "",
        "  stage                  wait %  wait ms  own ms  calls  parallel  buffer  batch",
        " ───────────────────────────────────────────────────────────────────────────────",
        "  * Root                    100     2.00    2.00      1",
        "",
        " runs as",
        "",
        "tf.data, pipeline 2 of 2: for calls outside the steps",
        "",
        "  stage                  wait %  wait ms  own ms  calls  parallel  buffer  batch",
        " ───────────────────────────────────────────────────────────────────────────────",
        "    Root                      0     0.00    0.00      1",
        "  *  Map                    100     1.00    1.00      1",
        "",
        " runs as Map",
        "",
    ]


def test_hostile_names_reach_neither_terminal_nor_markup() -> None:
    threads = make_slow_map()
    threads["tf_Compute/3"] = [Made("\x1b[2J[red]evil:Type", 0, 50_000)]
    threads[PYTHON].append(Made("Iterator::Root::Pre\x1bfetch", 0, 10, {"id": 8, "parent_id": 1}))
    text = draw(tabulate_trace(read_trace(threads), top=5))
    assert "\x1b" not in text
    assert r"Pre\x1bfetch" in text
    assert r"\x1b[2J[red]evil" in text


def test_a_wide_trace_fits_100_columns() -> None:
    path = "Iterator::Root" + "".join(f"::ParallelInterleaveV4[{number}]" for number in range(20))
    names = ["::".join(path.split("::")[:depth]) for depth in range(2, 22)]
    threads = {PYTHON: [Made(name, 0, 99_999_999, {"parallelism": 16, "buffer_size": 60_000}) for name in names]}
    trace = replace(
        make_trace([make_step(9000.0, 9999.0)] * 9, threads), operations=(replace(OPERATION, name="a/b" * 99),)
    )
    for content in (tabulate_trace(trace, 9), tabulate_comparison(trace, trace, 9)):
        assert max(len(line) for line in draw(content).splitlines()) <= 100


@pytest.mark.parametrize(("value", "text"), [(0.004, "0.00"), (1.234, "1.23"), (12.34, "12.3"), (123.4, "123")])
def test_milliseconds_have_three_digits_at_most(value: float, text: str) -> None:
    assert render_ms(value) == text


@pytest.mark.parametrize(("share", "text"), [(0.0, "0"), (0.004, "<1"), (0.005, "0"), (0.006, "1"), (1.0, "100")])
def test_a_small_share_is_not_nothing(share: float, text: str) -> None:
    assert render_share(share) == text


@pytest.mark.parametrize(("thread", "title"), [(PYTHON, "tf.data"), ("loader/7", "tf.data, for thread loader")])
def test_the_only_pipeline_names_who_fetches_from_it_if_no_step_does(thread: str, title: str) -> None:
    threads = {PYTHON: [Made("train", 0, 10_000, {"step_num": 0, "_r": 1}), Made("FunctionRun", 5_000, 100, {"id": 3})]}
    threads.setdefault(thread, []).append(Made("Iterator::Root", 0, 1_000))
    assert title in draw(tabulate_trace(read_trace(threads), top=0)).splitlines()


def test_the_table_of_stages_fits_80_columns() -> None:
    lines = draw(tabulate_trace(read_trace(make_slow_map()), top=0), columns=80).splitlines()
    assert any(line.startswith("  stage") and line.rstrip().endswith("batch") for line in lines)
