"""Several hosts side by side: literal, the slowest first, and what becomes of one that cannot be read."""

import json
from dataclasses import replace

import pytest
from json_docs import check_documented
from made_traces import draw, make_step, make_trace, read_trace
from spaces import PYTHON, Made

from reports.drawing.blocks import Emphasis, Table
from reports.traces.hosts import HostTrace, render_hosts_json, sort_hosts, tabulate_hosts

FAST = HostTrace("worker-0", make_trace([make_step(0.1)] * 3))
SLOW = HostTrace("worker-1", replace(make_trace([make_step(8.1, 20.0)] * 10), notes=("CUPTI was not loaded.",)))
BLIND = HostTrace("worker-2", read_trace({PYTHON: [Made("anything", 0, 10)]}))
DAMAGED = HostTrace("worker-3", None, "worker-3.xplane.pb is empty.")


def test_the_whole_text() -> None:
    lines = draw(tabulate_hosts("train/2026_11_23", [FAST, BLIND, DAMAGED, SLOW])).splitlines()
    assert [line.rstrip() for line in lines] == [
        " train/2026_11_23: 4 hosts, the slowest first",
        "",
        " worker-1, highly input-bound: 40 % of the step time is waiting for input",
        " without that wait a step would take 11.9 ms instead of 20.0 ms, at best",
        " slowest stage: Map, 93 % of that wait: it waited for its function",
        " meanwhile tf.data's threads ran PyFunc 84.0 ms",
        " to do: use TensorFlow's operations, or cache() the result: PyFunc runs Python code, of which one",
        " call runs at a time",
        "",
        "hosts",
        "",
        "  host      steps  step ms  wait %  slowest stage",
        " ─────────────────────────────────────────────────",
        "  worker-1     10    20.00      40  Map",
        "  worker-0      3    10.00       1",
        "  worker-2      0        -       -",
        "  worker-3      -        -       -  cannot be read",
        "",
        " ! worker-3 cannot be read: worker-3.xplane.pb is empty.",
        " ! worker-1: the profiler says: CUPTI was not loaded.",
        " input-bound: moderately from 5% of the time on, highly from 20%, as in TensorBoard",
        " all of one host: mnist-report trace ... --session worker-1",
    ]


def test_the_slowest_host_comes_first_and_one_that_cannot_be_read_last() -> None:
    assert sort_hosts([DAMAGED, BLIND, FAST, SLOW]) == [SLOW, FAST, BLIND, DAMAGED]


def test_the_share_of_a_host_that_waits_too_long_stands_out() -> None:
    (table,) = (block for block in tabulate_hosts("s", [FAST, SLOW]) if isinstance(block, Table))
    assert [row[3].emphasis for row in table.rows] == [Emphasis.BAD, Emphasis.PLAIN]


def test_no_host_that_can_be_read_is_said() -> None:
    assert "no host of this session can be read" in draw(tabulate_hosts("s", [DAMAGED, DAMAGED]))


def test_json_of_the_hosts() -> None:
    check_documented(render_hosts_json("train/2026_11_23", [FAST, DAMAGED, SLOW]))
    found = json.loads(render_hosts_json("train/2026_11_23", [FAST, DAMAGED, SLOW]))
    assert list(found) == ["schema", "session", "hosts"]
    assert (found["schema"], found["session"]) == ("mnist-bench/trace-hosts/1", "train/2026_11_23")
    slow, fast, damaged = found["hosts"]
    assert (slow["host"], slow["mean_step_ms"], slow["notes"]) == ("worker-1", 20.0, ["CUPTI was not loaded."])
    assert (fast["host"], fast["verdict"]["input_share"]) == ("worker-0", pytest.approx(0.01))
    assert damaged == {"host": "worker-3", "failure": "worker-3.xplane.pb is empty."}


def test_a_share_of_the_capture_is_marked_where_steps_have_theirs() -> None:
    threads = {PYTHON: [
        event
        for number in range(3)
        for event in (
            Made("Iterator::Root", number * 10_000, 2_000),
            Made("train", number * 10_000 + 2_000, 8_000, {"step_num": number, "_r": 1}),
        )
    ]}  # fmt: skip
    outside = HostTrace("a", read_trace(threads))
    (table,) = (block for block in tabulate_hosts("s", [FAST, outside]) if isinstance(block, Table))
    assert [str(row[3].text) for row in table.rows] == ["1", "20 (capture)"]
