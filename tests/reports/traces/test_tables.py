"""A trace as text: literal tables, what takes the time, names that steer a terminal."""

from dataclasses import replace
from pathlib import Path

import pytest
from made_traces import MILLISECOND, OPERATION, draw, make_step, make_trace, save
from spaces import PYTHON, Made, make_slow_map, make_space

from reports.drawing.numbers import render_ms, render_share
from reports.traces.comparison_tables import tabulate_comparison
from reports.traces.reading import load_trace
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
        " to do: run it in parallel (num_parallel_calls=tf.data.AUTOTUNE), or call the function on whole",
        " batches (batch before map), make it cheaper, or cache() its result",
        " PyFunc runs Python code, which does not run in parallel: use TensorFlow's operations",
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
        " 10 steps: median 10.00 [10.00, 10.00], from 10.00 to 10.00; TensorBoard shows the mean, 10.0",
        "",
        "tf.data",
        "",
        "  stage                     wait %  wait ms  own ms  calls  parallel  buffer  batch",
        " ──────────────────────────────────────────────────────────────────────────────────",
        "    Root                         1     0.60    0.60     12",
        "     Prefetch                    0     0.00    0.00     12            auto 2",
        "  *   Map                       93     90.0    90.0     12",
        "       BatchV2                   6     6.00    6.00     12                       32",
        "",
        " runs as Prefetch(auto) > Map > BatchV2",
        "",
        "operations, the longest 1 of 1",
        "",
        "  name                      type    on    own ms  calls",
        " ──────────────────────────────────────────────────────",
        "  dense/MatMul              MatMul  host    24.0     12",
        "",
        " wait: the consumer's, and the stage in which it went (* the slowest); own: called, its inputs not",
        " auto: AUTOTUNE chose the number; ?: too busy to tell; these tables are of the whole capture",
        " []: 95% interval of the median. The profiler slows a run: take no rates from it",
        " input-bound: moderately from 5% of the time on, highly from 20%, as in TensorBoard",
    ]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("host_ns", "most of a step, 90 %, is host compute"),
        ("device_ns", "most of a step, 90 %, is device compute"),
        ("launch_ns", "most of a step, 90 %, is kernel launch"),
        ("other_ns", "most of a step, 90 %, is other: Python, compilation, output"),
    ],
)
def test_what_is_not_input_bound_says_what_takes_the_time(part: str, said: str) -> None:
    step = replace(make_step(0.1), host_ns=0, other_ns=round(0.9 * MILLISECOND))
    text = draw(tabulate_trace(make_trace([replace(step, **{part: 9 * MILLISECOND})] * 6), top=0))
    assert "not input-bound: 1 % of the step time is waiting for input" in text
    assert said in text
    assert "to do:" not in text


def test_a_stage_whose_work_was_not_traced_has_no_line_of_work() -> None:
    lines = draw(tabulate_trace(make_trace([make_step(1.0)] * 6, {PYTHON: [Made("Iterator::Root", 0, 9)]}), top=0))
    assert "waited for the thread pool and the options" in lines
    assert "meanwhile" not in lines
    assert [line.strip() for line in lines.splitlines()[:6]].count("") == 1


def test_few_steps_have_no_interval() -> None:
    assert "3 steps: median 10 (too few)" in draw(tabulate_trace(make_trace([make_step(8.1)] * 3), top=0))


def test_a_trace_without_tf_data_says_so() -> None:
    threads = {PYTHON: [Made("train", number * 100, 90, {"step_num": number, "_r": 1}) for number in range(4)]}
    trace = make_trace([make_step(0.0)] * 6, threads)
    assert [remark.partition(":")[0] for remark in trace.remarks] == ["No tf.data iterator ran in this capture"]
    assert "tf.data, pipeline" not in draw(tabulate_trace(trace, top=5))
    assert make_trace([], threads).verdict is None
    assert "no verdict: neither steps nor tf.data" in draw(tabulate_trace(make_trace([], threads), top=5))


@pytest.mark.process
def test_hostile_names_reach_neither_terminal_nor_markup(tmp_path: Path) -> None:
    threads = make_slow_map()
    threads["tf_Compute/3"] = [Made("\x1b[2J[red]evil:Type", 0, 50_000)]
    threads[PYTHON].append(Made("Iterator::Root::Pre\x1bfetch", 0, 10, {"id": 8, "parent_id": 1}))
    text = draw(tabulate_trace(load_trace(save(tmp_path, make_space(threads))), top=5))
    assert "\x1b" not in text
    assert r"Pre\x1bfetch" in text


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
