"""The table of traces: literal text, medians by hand, and nothing where nothing was traced."""

from dataclasses import replace

import pytest
from case_records import change, make_case_record

from reports.drawing.text import render_text
from reports.record.capture import Capture
from reports.record.machine import Machine, Setting
from reports.record.record import CaseRecord, Record
from reports.record.sample import Sample, Turn
from reports.summary.metric import PROFILER_COST
from reports.summary.summary import summarize
from reports.tables.captures import tabulate_captures

MILLISECOND = 1_000_000
CAPTURE = Capture(
    folder="traces/post-traced-default-cpu",
    num_bytes=1_320_000,
    num_markers=40,
    step_ns=tuple(ms * MILLISECOND for ms in (20, 30, 10, 20, 20, 20)),
    input_share=0.236,
    slowest_stage="ParallelMapV2",
    plain_step_ns=tuple(ms * MILLISECOND for ms in (10, 20, 10, 10, 20, 10)),
    profiled_step_ns=tuple(ms * MILLISECOND for ms in (11, 24, 12, 13, 22, 11)),
)
SETTING = Setting("mnist.npz", "ab" * 32, (("python", "3.11.7"),))
CASE = make_case_record("post", "map().batch(2)", SETTING, (), consumer="traced", group="traces", capture=CAPTURE)
TABLE = """\
profiler traces of a training step of the mlp

    ordering                step ms  wait %  waits for         plain ms       cost %  kB/step
 ────────────────────────────────────────────────────────────────────────────────────────────
    post                20 [10, 30]      24  ParallelMapV2  10 [10, 20]  15 [10, 30]       33
    fast                20 [10, 30]       5                 10 [10, 20]  15 [10, 30]       33

 step, wait: in the trace, and how much of it waits for input; from 5% on: for which stage
 plain: a step without the profiler; cost: what the profiler adds to it, block against block
 more: mnist-report trace RUN/traces/post-traced-default-cpu
 in the browser: mnist-report tensorboard RUN"""


def draw(*cases: CaseRecord) -> str:
    record = Record(cases, Machine("Test CPU", 2, "Linux"), "2026-11-23T08:58:00")
    return render_text(tabulate_captures(summarize(record)))


def test_the_whole_text() -> None:
    fast = change(CASE, name="fast", capture=replace(CAPTURE, input_share=0.0499))
    assert draw(CASE, fast) == TABLE


def test_the_cost_is_that_of_blocks_of_the_same_round() -> None:
    # 10, 20, 20, 30, 10 and 10 percent: of six, the interval is the extremes
    cost = PROFILER_COST.estimate(PROFILER_COST.read(CASE))
    assert cost is not None
    assert [cost.median, cost.low, cost.high] == pytest.approx([0.15, 0.1, 0.3])


def test_a_row_tells_another_device_than_the_cpu() -> None:
    lines = draw(CASE, change(CASE, device="gpu")).splitlines()
    assert [line[4:24].strip() for line in lines[4:6]] == ["post", "post gpu"]


def test_a_run_without_traces_has_no_table() -> None:
    turn = Turn(0, Sample(1, 1, 1, 1))
    assert draw(replace(CASE, capture=None, memory=None, turns=(turn,))) == ""


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        ({"input_share": 1.1}, r"Capture\.input_share must be a number from 0 to 1, got 1\.1"),
        ({"step_ns": ()}, r"Capture\.step_ns must be ints above 0, at least one"),
        ({"step_ns": (0,)}, r"Capture\.step_ns must be ints above 0"),
        ({"plain_step_ns": (1.5,)}, r"Capture\.plain_step_ns must be ints above 0"),
        ({"profiled_step_ns": (1,)}, "must have the same rounds"),
        ({"num_markers": 0}, r"Capture\.num_markers must be an int >= 1, got 0"),
        ({"num_bytes": True}, r"Capture\.num_bytes must be an int >= 1, got True"),
    ],
)
def test_a_damaged_capture_is_refused(spoilt: dict, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        replace(CAPTURE, **spoilt)
