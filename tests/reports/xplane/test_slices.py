"""Parts of a space, against the same space parsed whole; and bytes that no profiler writes."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from spaces import PYTHON, Made, make_slow_map, make_space
from wire import DELIMITED, GROUP, GROUP_END, VARINT, encode, make_field, make_number, make_of_each_kind, make_tag

from mnist_core.files.xspace import NOT_A_TRACE, TraceError, parse_message, parse_space
from reports.xplane import slices
from reports.xplane.slices import SpaceSlices, cut_space, find_line_start, parse_line

PLANES, ERRORS, WARNINGS, LINES, EVENTS = 1, 2, 3, 3, 4  # numbers of fields
LINE_ID, LINE_NAME, TIMESTAMP, DURATION, DISPLAY_NAME = 1, 2, 3, 9, 11
UNKNOWN_FIELDS = (15, 16, 2**29 - 1)  # tags of one, two and five bytes
FEW_BYTES = 16  # a chunk, where a line is to be long


@pytest.fixture
def short_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "CHUNK_BYTES", FEW_BYTES)


def make_event(name: int, num_bytes: int = 0) -> bytes:
    """An event with a text of so many bytes."""
    stat = make_number(1, 1) + make_field(5, b"x" * num_bytes)
    return make_field(EVENTS, make_number(1, name) + make_number(2, name * 1000) + make_field(4, stat))


def put_into_space(line: bytes) -> bytes:
    return make_field(PLANES, make_field(2, b"/host:CPU") + make_field(LINES, line))


def list_lines(content: bytes, space: SpaceSlices) -> list[list[Any]]:
    """The parts of each line."""
    return [list(parse_line(content, where)) for plane in space.planes for where in plane.lines]


def describe(line: Any) -> tuple[Any, ...]:
    return line.id, line.display_id, line.name, line.display_name, line.timestamp_ns, line.duration_ps


def list_events(parts: Iterable[Any]) -> list[bytes]:
    return [event.SerializeToString() for part in parts for event in part.events]


def check_line(line: bytes) -> list[Any]:
    """The parts of a line, once they are seen to be what the line is as a whole."""
    whole = parse_message("XLine", line)
    before = b"before"
    parts = list(parse_line(before + line + b"after", (len(before), len(before) + len(line))))
    assert {describe(part) for part in parts} == {describe(whole)}
    assert list_events(parts) == list_events([whole])
    return parts


def make_several_planes() -> Any:
    space = make_space(make_slow_map())
    stream = {"Stream #1": [Made("kernel", 10, 5)], "Stream #2": []}
    for plane in (make_space(stream, "/device:GPU:0"), make_space({}, "Task Environment")):
        space.planes.add().CopyFrom(plane.planes[0])
    space.errors.extend(["no kernels", "too late"])
    space.warnings.append("events were dropped")
    space.hosts.append("vm")
    return space


@pytest.mark.parametrize("space", [make_space({PYTHON: []}), make_space(make_slow_map(3)), make_several_planes()])
def test_the_parts_of_a_space_are_the_space(space: Any) -> None:
    content = space.SerializeToString()
    whole, cut = parse_space(content), cut_space(content)
    assert (cut.errors, cut.warnings) == (tuple(whole.errors), tuple(whole.warnings))
    assert [len(plane.lines) for plane in cut.planes] == [len(plane.lines) for plane in whole.planes]
    lines = [line for plane in whole.planes for line in plane.lines]
    assert list_lines(content, cut) == [[line] for line in lines]
    for plane in whole.planes:
        del plane.lines[:]
    assert [plane.described for plane in cut.planes] == list(whole.planes)


@pytest.mark.parametrize("chunk_bytes", [1, 2, 3, 5, 8, 30, 60, 100, 250, 1000, 10**6])
def test_a_long_line_is_the_same_in_parts_as_at_once(monkeypatch: pytest.MonkeyPatch, chunk_bytes: int) -> None:
    content = make_several_planes().SerializeToString()
    monkeypatch.setattr(slices, "CHUNK_BYTES", chunk_bytes)
    lines = [line for plane in parse_space(content).planes for line in plane.lines]
    for line, parts in zip(lines, list_lines(content, cut_space(content)), strict=True):
        assert {describe(part) for part in parts} == {describe(line)}
        assert list_events(parts) == list_events([line])


def test_a_part_has_about_as_many_events_as_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    event = make_event(1)
    monkeypatch.setattr(slices, "CHUNK_BYTES", 4 * len(event))
    assert [len(part.events) for part in check_line(event * 11)] == [4, 4, 3]
    monkeypatch.setattr(slices, "CHUNK_BYTES", 4 * len(event) + 1)
    assert [len(part.events) for part in check_line(event * 11)] == [5, 5, 1]


@pytest.mark.parametrize("num_bytes", [0, 100, 200, 16_000, 17_000])  # lengths of one, two and three bytes
@pytest.mark.parametrize("beyond", [-2, -1, 0, 1, 2, 3, 4, 5])
def test_events_of_every_size_at_the_end_of_a_part(
    monkeypatch: pytest.MonkeyPatch, num_bytes: int, beyond: int
) -> None:
    head = make_number(LINE_ID, 7) + make_event(1)
    monkeypatch.setattr(slices, "CHUNK_BYTES", len(head) + len(make_event(2, num_bytes)) + beyond)
    parts = check_line(head + make_event(2, num_bytes) + make_event(3, num_bytes) + make_event(4))
    assert len(parts[0].events) == (2 if beyond <= 0 else 3)


@pytest.mark.usefixtures("short_chunks")
def test_fields_after_the_events_hold_for_all_parts() -> None:
    events = b"".join(map(make_event, range(20)))
    parts = check_line(
        make_number(LINE_ID, 7) + events + make_field(DISPLAY_NAME, b"worker") + make_number(TIMESTAMP, 5)
    )
    assert len(parts) > 5
    assert {(part.id, part.display_name, part.timestamp_ns) for part in parts} == {(7, "worker", 5)}


@pytest.mark.usefixtures("short_chunks")
def test_a_field_that_comes_twice_counts_as_it_came_last() -> None:
    twice = [make_field(LINE_NAME, name) + b"".join(map(make_event, range(9))) for name in (b"first", b"last")]
    assert {part.name for part in check_line(b"".join(twice))} == {"last"}


@pytest.mark.usefixtures("short_chunks")
def test_a_long_line_without_events_is_still_a_line() -> None:
    assert {part.name for part in check_line(make_field(LINE_NAME, b"x" * 100))} == {"x" * 100}


def test_an_empty_line_is_one_part_without_events() -> None:
    (part,) = check_line(b"")
    assert not part.events


@pytest.mark.usefixtures("short_chunks")
def test_fields_between_the_events_make_no_more_parts() -> None:
    line = b"".join(make_event(name) + make_number(DURATION, name) for name in range(50))
    assert len(check_line(line)) <= len(line) / FEW_BYTES + 1


@pytest.mark.usefixtures("short_chunks")
@pytest.mark.parametrize("number", UNKNOWN_FIELDS)
def test_fields_that_are_not_known_are_passed_over_wherever_they_stand(number: int) -> None:
    unknown = make_of_each_kind(number)
    line = b"".join(make_event(name) + each for name, each in enumerate(unknown * 3)) + make_field(LINE_NAME, b"python")
    assert sum(len(part.events) for part in check_line(line)) == 12
    plane = b"".join(unknown) + make_field(2, b"/host:CPU") + make_field(LINES, line) + b"".join(unknown)
    content = b"".join(unknown) + make_field(PLANES, plane) + b"".join(unknown)
    ((parts,), (described,)) = (
        list_lines(content, cut_space(content)),
        [plane.described for plane in cut_space(content).planes],
    )
    assert list_events(parts) == list_events(parse_space(content).planes[0].lines)
    assert described.name == "/host:CPU"


@pytest.mark.usefixtures("short_chunks")
def test_a_field_with_the_number_of_a_part_but_another_type_is_not_known_either() -> None:
    planes, lines, events = (
        (kinds[0], kinds[1], kinds[3]) for kinds in map(make_of_each_kind, (PLANES, LINES, EVENTS))
    )
    line = make_event(1) + b"".join(events) + make_event(2) + make_event(3)
    assert len(list_events(check_line(line))) == 3
    content = b"".join(planes) + make_field(PLANES, b"".join(lines) + make_field(LINES, line))
    (plane,) = cut_space(content).planes
    assert len(plane.lines) == len(parse_space(content).planes[0].lines) == 1


@pytest.mark.usefixtures("short_chunks")
def test_an_event_whose_tag_takes_more_bytes_than_it_needs_is_there_once() -> None:
    long = encode(EVENTS << 3 | DELIMITED, 2) + make_event(9)[1:]
    assert len(list_events(check_line(b"".join(map(make_event, range(5))) + long + make_event(6)))) == 7


@pytest.mark.usefixtures("short_chunks")
@pytest.mark.parametrize("num_bytes", [2, 5])
def test_a_length_may_take_more_bytes_than_it_needs(num_bytes: int) -> None:
    body = make_number(1, 5)
    event = make_tag(EVENTS, DELIMITED) + encode(len(body), num_bytes) + body
    assert len(list_events(check_line(event * 9))) == 9


@pytest.mark.parametrize("seed", range(100))
def test_any_fields_in_any_order_are_the_same_in_parts_as_at_once(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    generator = np.random.default_rng(seed)
    others = [make_number(each, 2**40) for each in (LINE_ID, TIMESTAMP, DURATION, 10)]
    others += [make_field(each, f"name {number}".encode()) for number, each in enumerate((LINE_NAME, DISPLAY_NAME) * 3)]
    others += [each for number in (*UNKNOWN_FIELDS, EVENTS) for each in make_of_each_kind(number) if each[0] != 0x22]
    fields = [
        make_event(number, int(generator.integers(300)))
        if generator.random() < 0.7
        else others[generator.integers(len(others))]
        for number in range(int(generator.integers(1, 60)))
    ]
    monkeypatch.setattr(slices, "CHUNK_BYTES", int(generator.integers(1, 400)))
    check_line(b"".join(fields))


DAMAGED = {
    "number 0": make_tag(0, VARINT) + b"\1",
    "number 0, with a length": make_tag(0, DELIMITED) + b"\1x",
    "a group": make_tag(9, GROUP) + make_tag(9, GROUP_END),
    "the end of a group": make_tag(9, GROUP_END),
    "wire type 6": make_tag(9, 6) + b"\1",
    "wire type 7": make_tag(9, 7) + b"\1",
    "a tag alone": make_tag(9, VARINT),
    "a tag cut short": b"\xa2",
    "a number cut short": make_tag(9, VARINT) + b"\xff\xff",
    "a number of 11 bytes": make_tag(9, VARINT) + b"\xff" * 10 + b"\1",
    "a tag of 11 bytes": b"\xff" * 10 + b"\1",
    "a length without a value": make_tag(9, DELIMITED) + encode(1),
    "a length beyond the end": make_tag(9, DELIMITED) + encode(2) + b"x",
    "a length of 64 bits": make_tag(9, DELIMITED) + encode(2**64 - 1) + b"x",
    "a length cut short": make_tag(9, DELIMITED) + b"\x80",
    "a length of 11 bytes": make_tag(9, DELIMITED) + b"\x80" * 10 + b"\0",
    "half of 64 bits": make_tag(9, 1) + b"1234567",
    "half of 32 bits": make_tag(9, 5) + b"123",
    "an event's tag alone": make_tag(EVENTS, DELIMITED),
    "an event beyond the end": make_event(1)[:-1],
    "an event's length cut short": make_tag(EVENTS, DELIMITED) + b"\x80",
    "an event's length of 11 bytes": make_tag(EVENTS, DELIMITED) + b"\x80" * 10 + b"\0",
    "an event that is none": make_field(EVENTS, b"\xff"),
}
CUT_SHORT = f"^{NOT_A_TRACE}$"


@pytest.mark.usefixtures("short_chunks")
@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
@pytest.mark.parametrize("num_events", [0, 1, 20])
def test_damage_in_a_long_line_is_said_and_found_in_finite_time(damage: bytes, num_events: int) -> None:
    name = make_field(LINE_NAME, b"x" * FEW_BYTES)
    content = put_into_space(name + b"".join(map(make_event, range(num_events))) + damage)
    (plane,) = cut_space(content).planes
    with pytest.raises(TraceError, match=CUT_SHORT):
        list(parse_line(content, plane.lines[0]))


AROUND = {name: damage for name, damage in DAMAGED.items() if name != "an event that is none"}  # there it is a text


@pytest.mark.parametrize("damage", AROUND.values(), ids=AROUND)
def test_damage_around_the_lines_is_said(damage: bytes) -> None:
    plane = make_field(2, b"/host:CPU")
    for content in (damage, make_field(PLANES, plane) + damage, make_field(PLANES, plane + damage)):
        with pytest.raises(TraceError, match=CUT_SHORT):
            cut_space(content)


def test_every_trace_cut_short_is_said_or_has_whole_planes() -> None:
    space = make_several_planes()
    content = space.SerializeToString()
    ends = np.cumsum([len(make_field(PLANES, plane.SerializeToString())) for plane in space.planes]).tolist()
    for length in range(1, ends[-1]):
        if length in ends:
            assert len(cut_space(content[:length]).planes) == ends.index(length) + 1
        else:
            with pytest.raises(TraceError, match=CUT_SHORT):
                cut_space(content[:length])


@pytest.mark.parametrize("content", [b"", make_field(WARNINGS, b"nothing"), b"".join(make_of_each_kind(15))])
def test_a_space_without_planes_is_no_trace(content: bytes) -> None:
    message = r"^is no profiler trace: give an \.xplane\.pb file, as in plugins/profile/<session>/\.$"
    for read in (cut_space, parse_space):
        with pytest.raises(TraceError, match=message):
            read(content)


def test_errors_alone_are_told() -> None:
    content = make_field(ERRORS, b"CUPTI was \x1b not\nloaded") + make_field(ERRORS, b"no permission")
    with pytest.raises(TraceError) as raised:
        cut_space(content)
    assert str(raised.value) == "holds nothing but errors of the profiler: CUPTI was \\x1b not loaded; no permission"


def test_what_the_profiler_said_keeps_its_order_and_may_be_no_text() -> None:
    said = [(ERRORS, b"b"), (WARNINGS, b"w"), (ERRORS, b"a\xffb"), (ERRORS, b"b"), (WARNINGS, b"")]
    cut = cut_space(b"".join(make_field(*each) for each in said) + make_field(PLANES, b""))
    assert cut.errors == ("b", "a\ufffdb", "b")
    assert cut.warnings == ("w", "")


def test_the_start_of_a_line_is_its_timestamp_or_nothing_without_events() -> None:
    for stamp in (0, 5, 16 * 10**17, -(2**63)):
        line = make_field(LINE_NAME, b"python") + make_number(TIMESTAMP, stamp % 2**64)
        assert find_line_start(b"--" + line, (2, 2 + len(line))) is None
        assert find_line_start(b"--" + line + make_event(1) + b"--", (2, 2 + len(line + make_event(1)))) == stamp
    assert find_line_start(make_event(1), (0, len(make_event(1)))) == 0
