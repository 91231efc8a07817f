"""What the host did in the steps, for want of what it waited for."""

import pytest
from made_timelines import make_capture, make_events, mark
from spaces import PYTHON, Made

from reports.timeline.activity import Activity, describe_activity
from reports.timeline.devices import find_device_steps
from reports.timeline.marks import find_marks

OTHER = "tf_Compute/1"


def activity(*events: Made, chosen: tuple[int, ...] = (0,), others: tuple[Made, ...] = ()) -> Activity | None:
    host = make_events({PYTHON: list(events), OTHER: list(others)})
    return describe_activity(host, find_marks(host), chosen)


def test_the_outermost_calls_are_told_and_what_nothing_recorded() -> None:
    told = activity(mark(0, 100), Made("step", 20, 60), Made("inner", 30, 40), Made("save", 80, 10))
    assert told == Activity((("step", 0.6), ("save", 0.1)), (), pytest.approx(0.3), pytest.approx(0.3))


def test_where_another_thread_does_something_the_host_is_not_idle() -> None:
    told = activity(mark(0, 100), Made("step", 0, 50), others=(Made("a:MatMul", 40, 30),))
    assert told is not None
    assert (told.unrecorded, told.idle) == (0.5, pytest.approx(0.3))


def test_frames_of_python_are_told_by_their_own_time_and_record_no_call() -> None:
    told = activity(
        mark(0, 100), Made("$loop.py:12 fit", 0, 100), Made("$loop.py:40 load", 10, 50), Made("$time sleep", 20, 40),
        Made("step", 70, 20),
    )  # fmt: skip
    assert told is not None
    assert told.functions == (("loop.py:12 fit", 0.5), ("time sleep", 0.4), ("loop.py:40 load", 0.1))
    assert (told.calls, told.unrecorded, told.idle) == ((("step", 0.2),), 0.8, 0.8)


def test_the_chosen_steps_alone_are_told() -> None:
    events = [mark(0, 100, 0), Made("first", 0, 100), mark(200, 100, 1), Made("second", 200, 50)]
    assert activity(*events, chosen=(1,)) == Activity((("second", 0.5),), (), 0.5, 0.5)


def test_what_lies_outside_or_reaches_out_of_a_step_is_none_of_its_calls() -> None:
    told = activity(mark(0, 100, 0), Made("between", 120, 50), mark(200, 100, 1), Made("over", 250, 100), chosen=(0, 1))
    assert told == Activity((), (), 1.0, 1.0)


def test_five_calls_at_most_and_none_that_rounds_to_nothing() -> None:
    long = [Made(f"call{place}", place * 100, 100 - place) for place in range(6)]
    told = activity(mark(0, 1000), *long, Made("short", 900, 4), Made("enough", 910, 5))
    assert told is not None
    assert [name for name, _ in told.calls] == ["call0", "call1", "call2", "call3", "call4"]
    told = activity(mark(0, 1000), Made("short", 900, 4), Made("enough", 910, 5))
    assert told is not None
    assert [name for name, _ in told.calls] == ["enough"]


def test_the_mark_itself_and_the_callbacks_inside_it_are_told_apart() -> None:
    told = activity(mark(0, 100), mark(0, 100), Made("step", 0, 30))
    assert told == Activity((("step", 0.3),), (), 0.7, 0.7)


def test_no_time_and_no_steps_are_no_activity() -> None:
    assert activity(mark(0, 0)) is None
    assert activity(mark(0, 100), chosen=()) is None


def test_of_a_devices_steps_nothing_is_told() -> None:
    taken = make_capture({PYTHON: [Made("call", 0, 50)]}, {"/device:GPU:0": {"Steps": [Made("0", 0, 100)]}})
    steps = find_device_steps(taken.devices)
    assert steps is not None
    assert describe_activity(taken.host, steps, (0,)) is None
