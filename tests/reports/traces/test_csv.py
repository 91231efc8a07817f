"""The steps as CSV: literal, of every name and every host, in the order in which they began."""

from made_traces import make_waits, read_trace
from spaces import PYTHON, Made

from reports.traces.csv import render_steps_csv
from reports.traces.json import describe_trace

HEADER = "host,step,number,start_ns,duration_ns,input_ns,copy_ns,host_ns,device_ns,launch_ns,other_ns\n"


def make_mixed() -> dict[str, list[Made]]:
    """A step of 10 ms that waits 4 ms, a validation of 5 ms that computes 2 ms, and another step."""
    threads = make_waits(4_000)
    threads[PYTHON] += [
        Made("eval", 10_000, 5_000, {"step_num": 7, "_r": 1}),
        Made("compute", 10_000, 2_000),
        Made("train", 15_000, 10_000, {"step_num": 1, "_r": 1}),
        Made("Iterator::Root", 15_000, 1_000),
    ]
    return threads


def test_the_whole_text() -> None:
    assert render_steps_csv([("vm", read_trace(make_mixed()))]) == HEADER + (
        "vm,train,0,0,10000000,4000000,0,0,0,0,6000000\n"
        "vm,eval,7,10000000,5000000,0,0,2000000,0,0,3000000\n"
        "vm,train,1,15000000,10000000,1000000,0,0,0,0,9000000\n"
    )


def test_hosts_come_one_after_the_other() -> None:
    trace = read_trace(make_waits(4_000))
    row = "train,0,0,10000000,4000000,0,0,0,0,6000000"
    assert render_steps_csv([("a", trace), ('b,"c"', trace)]) == f'{HEADER}a,{row}\n"b,""c""",{row}\n'


def test_steps_that_may_be_cut_are_left_out() -> None:
    rows = render_steps_csv([("vm", read_trace(make_waits(*[0] * 6)))]).splitlines()[1:]
    assert [row.split(",")[2] for row in rows] == ["1", "2", "3", "4"]


def test_no_steps_leave_the_header() -> None:
    assert render_steps_csv([("vm", read_trace({PYTHON: [Made("anything", 0, 10)]}))]) == HEADER


def test_the_wait_of_steps_whose_input_cannot_be_seen_is_empty() -> None:
    trace = read_trace({PYTHON: [Made("train", 0, 10, {"step_num": 0, "_r": 1})]})
    assert trace.verdict is None
    assert render_steps_csv([("vm", trace)]) == f"{HEADER}vm,train,0,0,10000,,0,0,0,0,10000\n"
    told = describe_trace(trace)
    assert (told["split"]["input"], told["steps"][0]["input_ns"]) == (None, None)
    assert told["steps"][0]["other_ns"] == 10_000
