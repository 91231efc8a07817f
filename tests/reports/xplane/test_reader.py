"""Columns of spaces that are made event by event, each computed by hand."""

from dataclasses import fields

import numpy as np
import pytest
from made_captures import GPU, HOST, INT64, TEXT, UINT64, Event, add_line, get, read, read_space, tell
from spaces import make_slow_map, make_space
from wire import make_field, make_number

from mnist_core.files.xspace import NOT_A_TRACE, TraceError, build_space
from reports.xplane import slices
from reports.xplane.events import LONGEST_NAME, Events, Thread
from reports.xplane.reader import FARTHEST_NS, FARTHEST_PS, read_capture

RUN = "FunctionRun"
IN_2020_NS = 16 * 10**17  # since 1970, as TensorFlow 2.3 counts


def test_a_thread_is_in_the_order_in_which_its_events_began_the_longer_first() -> None:
    given: list[Event] = [
        ("b", 5, 1),
        ("outer", 0, 10),
        ("inner", 0, 4),
        ("same", 0, 10),
        ("a", 5, 3),
        ("first", -3, 1),
    ]
    assert tell(read(*given)) == [
        ("python", "first", -3, -2),
        ("python", "outer", 0, 10),
        ("python", "same", 0, 10),
        ("python", "inner", 0, 4),
        ("python", "a", 5, 8),
        ("python", "b", 5, 6),
    ]


def test_arguments_move_with_their_events() -> None:
    host = read(
        (RUN, 20, 1, ("id", INT64, 3)),
        ("train", 0, 30),
        (RUN, 10, 1, ("id", INT64, 2), ("iter_num", INT64, 9)),
        (RUN, 0, 1, ("id", INT64, 1)),
    )
    assert [name for _, name, _, _ in tell(host)] == ["train", RUN, RUN, RUN]
    assert get(host, "id") == {1: 1, 2: 2, 3: 3}
    assert get(host, "iter_num") == {2: 9}


def test_threads_and_planes_come_in_the_order_of_the_file() -> None:
    space = build_space()
    add_line(space, (RUN, 7, 1, ("id", INT64, 70)), thread="late", id=12)
    add_line(space, ("Task", 0, 1), plane="Task Environment")
    add_line(space, ("kernel", 1, 1, ("correlation_id", INT64, 5)), plane=GPU, thread="Stream #1", id=3)
    add_line(space, thread="idle", id=13)
    add_line(space, (RUN, 2, 1, ("id", INT64, 20)), ("train", 1, 9), thread="", display_name="early", id=14)
    add_line(space, ("poll", 3, 1), plane="/host:python-tracer", thread="python", id=1)
    capture = read_space(space)
    assert capture.host.threads == (
        Thread(HOST, 12, "late"),
        Thread(HOST, 13, "idle"),
        Thread(HOST, 14, "early"),
        Thread("/host:python-tracer", 1, "python"),
    )
    assert tell(capture.host) == [
        ("late", RUN, 7, 8),
        ("early", "train", 1, 10),
        ("early", RUN, 2, 3),
        ("python", "poll", 3, 4),
    ]
    assert capture.host.lines.tolist() == [0, 2, 2, 3]
    assert get(capture.host, "id") == {0: 70, 2: 20}
    assert capture.devices.threads == (Thread(GPU, 3, "Stream #1"),)
    assert tell(capture.devices) == [("Stream #1", "kernel", 1, 2)]
    assert get(capture.devices, "correlation_id") == {0: 5}


def test_one_name_is_one_kind_under_whatever_number_and_on_every_plane() -> None:
    space = build_space()
    plane = add_line(space, ("train", 0, 1))
    plane.event_metadata.add(key=8).value.name = "train"
    plane.lines[0].events.add(metadata_id=8, offset_ps=5)
    add_line(space, ("train", 9, 1), plane="/host:other")
    host = read_space(space).host
    assert len(set(host.kinds.tolist())) == 1
    assert len(set(host.names)) == len(host.names)


def test_a_number_that_is_explained_twice_means_what_was_said_last() -> None:
    space = build_space()
    plane = add_line(space, ("first", 0, 1, ("id", INT64, 5)))
    plane.event_metadata.add(key=1).value.name = RUN
    plane.stat_metadata.add(key=1).value.name = "iter_num"
    host = read_space(space).host
    assert tell(host) == [("python", RUN, 0, 1)]
    assert (get(host, "id"), get(host, "iter_num")) == ({}, {0: 5})


@pytest.mark.parametrize(
    ("host_ns", "device_ns", "host_ps", "device_ps"),
    [
        (IN_2020_NS, IN_2020_NS + 3, 7, 3007),
        (IN_2020_NS, IN_2020_NS - 3, 3007, 7),
        (IN_2020_NS, 1000, 7, 7),  # the device counts from another time: only its own events can be compared
        (0, IN_2020_NS, 7, 7),
        (0, FARTHEST_NS - 1, 7, (FARTHEST_NS - 1) * 1000 + 7),
        (0, FARTHEST_NS, 7, 7),
    ],
)
def test_host_and_devices_count_from_one_start_if_they_share_a_clock(
    host_ns: int, device_ns: int, host_ps: int, device_ps: int
) -> None:
    space = build_space()
    add_line(space, ("train", 7, 5), start_ns=host_ns)
    add_line(space, ("kernel", 7, 5), start_ns=device_ns, plane=GPU)
    capture = read_space(space)
    assert capture.host.span == (host_ps, host_ps + 5)
    assert capture.devices.span == (device_ps, device_ps + 5)


def test_picoseconds_count_from_the_earliest_line_with_events() -> None:
    space = build_space()
    add_line(space, ("a", 1, 1), start_ns=IN_2020_NS + 5)
    add_line(space, ("b", 2, 1), start_ns=IN_2020_NS)
    add_line(space, start_ns=3, thread="without events")
    add_line(space, ("c", 0, 1), start_ns=5, plane="Task Environment")
    assert read_space(space).host.periods.tolist() == [[5001, 5002], [2, 3]]


@pytest.mark.parametrize(
    ("offset", "duration", "start", "end"),
    [
        (5, 0, 5, 5),
        (5, -7, 5, 5),
        (5, -(2**63), 5, 5),
        (2**63 - 1, 3, FARTHEST_PS, FARTHEST_PS + 3),
        (-(2**63), 3, -FARTHEST_PS, 3 - FARTHEST_PS),
        (5, 2**63 - 1, 5, FARTHEST_PS + 5),
        (2**63 - 1, 2**63 - 1, FARTHEST_PS, 2 * FARTHEST_PS),
        (FARTHEST_PS, FARTHEST_PS, FARTHEST_PS, 2 * FARTHEST_PS),
    ],
)
def test_damaged_times_are_cut_and_never_wrap(offset: int, duration: int, start: int, end: int) -> None:
    assert read(("train", offset, duration)).span == (start, end)


@pytest.mark.parametrize("far_ns", [2**63 - 1, FARTHEST_NS + 1])
def test_a_line_far_from_the_others_is_cut_too(far_ns: int) -> None:
    space = build_space()
    add_line(space, ("a", 2**63 - 1, 2**63 - 1), start_ns=far_ns)
    add_line(space, ("b", 0, 1), start_ns=-(2**63) if far_ns == 2**63 - 1 else 0)
    assert read_space(space).host.periods.tolist() == [[2 * FARTHEST_PS, 3 * FARTHEST_PS], [0, 1]]


def test_names_of_planes_that_are_not_read_are_not_kept() -> None:
    space = build_space()
    add_line(space, ("train", 0, 1))
    for plane in ("/host:metadata", "Task Environment"):
        space.planes.add(name=plane).event_metadata.add(key=1).value.name = f"program of {plane}"
    add_line(space, ("task", 0, 1), plane="Task Environment")
    assert sorted(read_space(space).host.names) == ["", "train"]


def test_unknown_numbers_have_no_name_and_carry_nothing() -> None:
    space = build_space()
    plane = add_line(space, (RUN, 0, 1, ("id", INT64, 4)), (RUN, 2, 1, ("id", INT64, 5)))
    plane.lines[0].events[0].metadata_id = 99
    plane.lines[0].events[1].stats.add(metadata_id=98, int64_value=6)
    plane.lines[0].events.add(metadata_id=-(2**63), offset_ps=4)
    host = read_space(space).host
    assert tell(host) == [("python", "", 0, 1), ("python", RUN, 2, 3), ("python", "", 4, 4)]
    assert get(host, "id") == {1: 5}


def test_names_of_a_file_are_plain_and_not_endless() -> None:
    space = build_space()
    add_line(space, ("a\x1b[31m\nb", 0, 1), ("é" * 3000, 1, 1), plane="/host:\rCPU", thread="py\x07thon")
    host = read_space(space).host
    assert tell(host) == [
        ("py\\x07thon", "a\\x1b[31m\\nb", 0, 1),
        ("py\\x07thon", "é" * LONGEST_NAME, 1, 2),
    ]
    assert host.threads[0].plane == "/host:\\rCPU"


def test_what_a_pool_of_threads_listens_to_is_left_out() -> None:
    host = read(
        ("ThreadpoolListener::Record", 0, 0, ("id", INT64, 1)),
        (RUN, 1, 1, ("id", INT64, 2)),
        ("ThreadpoolListener::StartRegion", 2, 0),
        (RUN, 3, 1, ("id", INT64, 3)),
    )
    assert tell(host) == [("python", RUN, 1, 2), ("python", RUN, 3, 4)]
    assert get(host, "id") == {0: 2, 1: 3}


def test_devices_are_told_by_the_names_that_are_meant_to_be_shown() -> None:
    space = build_space()
    kernel: Event = (
        "_Z6kernelv",
        0,
        1,
        ("correlation_id", UINT64, 7),
        ("tf_op", TEXT, "dense/MatMul:MatMul"),
        ("annotation", TEXT, "a"),
        ("id", INT64, 3),
    )
    copy: Event = ("MemcpyH2D", 5, 1, ("memcpy_details", TEXT, "size:4096"), ("step_num", INT64, 3))
    for plane in (GPU, HOST):
        add_line(space, kernel, copy, plane=plane).event_metadata[0].value.display_name = "kernel()"
    capture = read_space(space)
    assert [name for _, name, _, _ in tell(capture.devices)] == ["kernel()", "MemcpyH2D"]
    assert [name for _, name, _, _ in tell(capture.host)] == ["_Z6kernelv", "MemcpyH2D"]
    assert {name: get(capture.devices, name) for name in capture.devices.arguments} == {
        "correlation_id": {0: 7},
        "tf_op": {0: "dense/MatMul:MatMul"},
        "annotation": {0: "a"},
        "memcpy_details": {1: "size:4096"},
    }


def test_what_the_profiler_said_is_told_once_and_on_one_line() -> None:
    space = make_space({})
    space.errors.extend(["no  kernels:\n none", "no kernels: none", "\x1b[2J"])
    space.warnings.extend(["late", "x" * 5000, "late"])
    capture = read_space(space)
    assert capture.errors == ("no kernels: none", "\\x1b[2J")
    assert capture.warnings == ("late", "x" * LONGEST_NAME)


def test_progress_goes_up_to_one_by_the_bytes_of_the_lines_that_are_read() -> None:
    space = build_space()
    add_line(space, ("a", 0, 1))
    add_line(space, ("b", 0, 1), ("b", 1, 1), ("b", 2, 1), plane=GPU)
    add_line(space, ("c", 0, 1), plane="Task Environment")
    sizes = [plane.lines[0].ByteSize() for plane in space.planes]
    told: list[float] = []
    read_capture(space.SerializeToString(), told.append)
    assert told == [sizes[0] / (sizes[0] + sizes[1]), 1.0]


def test_without_a_line_there_is_no_progress_to_tell() -> None:
    told: list[float] = []
    read_capture(make_space({}).SerializeToString(), told.append)
    assert not told


@pytest.mark.parametrize("chunk_bytes", [1, 50, 333, 1000])
def test_a_line_that_is_read_in_parts_gives_the_same_columns(monkeypatch: pytest.MonkeyPatch, chunk_bytes: int) -> None:
    threads = make_slow_map()
    threads["python"].reverse()  # the order of the file is not the order of time
    content = make_space(threads).SerializeToString()
    whole = read_capture(content).host
    monkeypatch.setattr(slices, "CHUNK_BYTES", chunk_bytes)
    parts = read_capture(content).host
    for field in fields(Events):
        if field.name != "arguments":
            np.testing.assert_array_equal(getattr(parts, field.name), getattr(whole, field.name))
    assert {name: get(parts, name) for name in parts.arguments} == {name: get(whole, name) for name in whole.arguments}
    assert {"id", "parent_id", "step_num", "_r"} <= set(whole.arguments)


@pytest.mark.parametrize("damage", [b"\xff", b"\x22", b"\x22\x05a", b"\x22\x02\x22\x05", b"\0\1", b"\x4e"])
@pytest.mark.parametrize("chunk_bytes", [1, 1000])
def test_a_damaged_line_is_no_trace(monkeypatch: pytest.MonkeyPatch, damage: bytes, chunk_bytes: int) -> None:
    monkeypatch.setattr(slices, "CHUNK_BYTES", chunk_bytes)
    event = make_field(4, make_number(1, 1))
    for line in (damage, event + damage):
        with pytest.raises(TraceError, match=f"^{NOT_A_TRACE}$"):
            read_capture(make_field(1, make_field(2, b"/host:CPU") + make_field(3, line)))
