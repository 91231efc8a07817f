"""Cuts the bytes of an XSpace into planes and lines, so that only one part at a time stands in memory as objects.

A message of protocol buffers is a row of fields, each with its length in front, and a run of such fields is a message
again. So the events of a long line are parsed some mebibytes at a time.

Source: protobuf.dev/programming-guides/encoding; openxla/xla, ``xla/tsl/profiler/protobuf/xplane.proto``.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mnist_core.files.xspace import NOT_A_TRACE, TraceError, parse_message
from reports.xplane.events import clean

VARINT, FIXED64, DELIMITED, FIXED32 = 0, 1, 2, 5  # wire types
# How fields begin: with a tag, which is the field's number and, here, that a length and as many bytes follow.
PLANES, ERRORS, WARNINGS = (number << 3 | DELIMITED for number in (1, 2, 3))  # of XSpace
LINES = 3 << 3 | DELIMITED  # of XPlane
EVENTS = 4 << 3 | DELIMITED  # of XLine
CHUNK_BYTES = 4 * 2**20  # parsed at once; as objects they take five times that
LONGEST_VARINT = 10  # bytes

Slice = tuple[int, int]  # beginning and end in the content


@dataclass(frozen=True)
class PlaneSlices:
    """A plane in parts.

    Args:
        described: The plane without its lines, as a message XPlane: its name, and the names of events and arguments.
        lines: Where in the content its lines are.
    """

    described: Any
    lines: tuple[Slice, ...]


@dataclass(frozen=True)
class SpaceSlices:
    """A space in parts: its planes, and what the profiler had to say when it was captured."""

    planes: tuple[PlaneSlices, ...]
    errors: tuple[str, ...]
    warnings: tuple[str, ...]


def cut_space(content: bytes) -> SpaceSlices:
    """The parts of an XSpace.

    Raises:
        TraceError: The content is cut short, or is no trace. The message goes on where the name of a file ends.
    """
    planes, notes = [], {ERRORS: [], WARNINGS: []}  # type: ignore[var-annotated]
    for tag, (start, end) in _iterate_fields(content, 0, len(content)):
        if tag == PLANES:
            planes.append(_cut_plane(content, start, end))
        elif tag in notes:
            notes[tag].append(content[start:end].decode("utf-8", "replace"))
    if not planes and notes[ERRORS]:
        said = "; ".join(" ".join(note.split()) for note in notes[ERRORS])
        raise TraceError(f"holds nothing but errors of the profiler: {clean(said)}")
    if not planes:
        raise TraceError("is no profiler trace: give an .xplane.pb file, as in plugins/profile/<session>/.")
    return SpaceSlices(tuple(planes), tuple(notes[ERRORS]), tuple(notes[WARNINGS]))


def parse_line(content: bytes, where: Slice) -> Iterator[Any]:
    """A line as one or more messages XLine, each with some of its events and all of its other fields."""
    start, end = where
    if end - start <= CHUNK_BYTES:
        yield parse_message("XLine", content[start:end])
        return
    others, chunks = _cut_line(content, start, end)
    for first, last in chunks:
        yield parse_message("XLine", content[first:last] + others)  # a field that comes twice counts as it came last


def find_line_start(content: bytes, where: Slice) -> int | None:
    """The time from which a line counts, in nanoseconds; None if it has no events. It stands before them."""
    start, end = where
    first = next((at for tag, at in _iterate_starts(content, start, end) if tag == EVENTS), None)
    return None if first is None else int(parse_message("XLine", content[start:first]).timestamp_ns)


def _iterate_starts(content: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The tag of each field, and where it begins."""
    for tag, (_, last) in _iterate_fields(content, start, end):
        yield tag, start
        start = last


def _cut_plane(content: bytes, start: int, end: int) -> PlaneSlices:
    described, lines = bytearray(), []
    tagged = start
    for tag, (first, last) in _iterate_fields(content, start, end):
        if tag == LINES:
            lines.append((first, last))
        else:
            described += content[tagged:last]
        tagged = last
    return PlaneSlices(parse_message("XPlane", bytes(described)), tuple(lines))


def _cut_line(content: bytes, start: int, end: int) -> tuple[bytes, list[Slice]]:
    """The fields of a line that are no events, and the line in chunks of whole fields of about `CHUNK_BYTES` each."""
    others, cuts = bytearray(), [start]
    at = start
    while at < end:
        at = _skip_events(content, at, min(end, cuts[-1] + CHUNK_BYTES), end)
        if at < end and content[at] != EVENTS:
            tag, (_, last) = next(_iterate_fields(content, at, end))
            if tag != EVENTS:  # else its tag is written in more bytes than it needs
                others += content[at:last]
            at = last
        if at == end or at - cuts[-1] >= CHUNK_BYTES:
            cuts.append(at)
    return bytes(others), list(itertools.pairwise(cuts))


def _skip_events(content: bytes, at: int, until: int, end: int) -> int:
    """Where the first field is that is no event, or begins at or after `until`."""
    while at < until and content[at] == EVENTS:
        length = content[at + 1] if at + 1 < end else 0
        at += 2
        if length >= 0x80:  # noqa: PLR2004  # it takes several bytes
            length, at = _read_varint(content, at - 1, end)
        at += length
        if at > end:
            raise TraceError(NOT_A_TRACE)
    return at


def _iterate_fields(content: bytes, at: int, end: int) -> Iterator[tuple[int, Slice]]:
    """The tag of each field, and where its value is."""
    while at < end:
        tag, at = _read_varint(content, at, end)
        kind = tag & 7
        if kind == DELIMITED:
            length, at = _read_varint(content, at, end)
            last = at + length
        elif kind == VARINT:
            _, last = _read_varint(content, at, end)
        elif kind in {FIXED64, FIXED32}:
            last = at + (8 if kind == FIXED64 else 4)
        else:
            raise TraceError(NOT_A_TRACE)
        if last > end or tag < 8:  # noqa: PLR2004  # fields are numbered from 1 on
            raise TraceError(NOT_A_TRACE)
        yield tag, (at, last)
        at = last


def _read_varint(content: bytes, at: int, end: int) -> tuple[int, int]:
    if at < end and content[at] < 0x80:  # noqa: PLR2004  # most are one byte
        return content[at], at + 1
    value = 0
    for place, byte in enumerate(content[at : min(end, at + LONGEST_VARINT)]):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:  # noqa: PLR2004  # its last byte
            return value, at + place + 1
    raise TraceError(NOT_A_TRACE)
