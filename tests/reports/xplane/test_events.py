"""What is asked of columns of events."""

import numpy as np
from made_captures import INT64, add_line, read, read_space, tell
from spaces import make_space

from mnist_core.files.xspace import build_space
from reports.xplane.events import UNKNOWN

RUN = "FunctionRun"


def test_no_event_carries_what_none_has() -> None:
    found = read(("train", 0, 1)).get("step_num")
    assert (found.at.tolist(), found.values.tolist()) == ([], [])


def test_numbers_are_looked_up_by_the_places_of_events() -> None:
    host = read((RUN, 0, 1, ("id", INT64, 10)), ("train", 1, 1), (RUN, 2, 1, ("id", INT64, 12)), ("train", 3, 1))
    assert host.look_up("id", np.array([3, 2, 0, 1, 2])).tolist() == [UNKNOWN, 12, 10, UNKNOWN, 12]
    assert host.look_up("step_num", np.array([0, 1])).tolist() == [UNKNOWN, UNKNOWN]
    nothing = host.look_up("id", np.empty(0, np.int64))
    assert (nothing.shape, nothing.dtype) == ((0,), np.int64)


def test_events_are_found_by_their_names() -> None:
    host = read(("train", 0, 1), (RUN, 1, 1), ("train", 2, 1), ("test", 3, 1))
    assert host.find(lambda name: name.startswith("t")).tolist() == [0, 2, 3]
    assert host.find(lambda name: name == RUN).tolist() == [1]
    assert host.find(lambda name: None).tolist() == []


def test_the_span_goes_from_the_first_beginning_to_the_last_end_on_any_thread() -> None:
    space = build_space()
    add_line(space, ("a", 5, 100), ("b", 50, 1))
    add_line(space, ("c", -2, 1), ("d", 3, 1))
    add_line(space, ("e", 7, 1))
    assert read_space(space).host.span == (-2, 105)


def test_a_host_without_events_has_no_span_and_finds_nothing() -> None:
    capture = read_space(make_space({"python": []}))
    for events in (capture.host, capture.devices):
        assert len(events) == 0
        assert events.span is None
        assert tell(events) == []
        assert events.find(lambda name: True).tolist() == []
        assert events.look_up("id", np.empty(0, np.int64)).tolist() == []
