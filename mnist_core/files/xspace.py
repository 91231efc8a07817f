"""XSpace, the message that TensorFlow's profiler writes into .xplane.pb files, read without TensorFlow.

TensorFlow ships the classes for it only inside its own package, and xprof ships none. The schema has few messages, and
fields are only ever added to it, so it stands here. protobuf is imported when a trace is read and not before.

Source: openxla/xla, ``xla/tsl/profiler/protobuf/xplane.proto``.
"""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

from mnist_core.files.messages import BYTES, DOUBLE, INT64, STRING, UINT64, Field, build_messages
from mnist_core.language.errors import InputError

HOST, DEVICE = "/host:", "/device:"  # how the names of planes begin: xla/tsl/profiler/utils/xplane_schema.cc
PACKAGE = "tensorflow.profiler"
VALUE = "value"  # the union of XStat
NOT_A_TRACE = "is cut short or no profiler trace: capture it again, and copy the whole file."

SCHEMA: dict[str, tuple[Field, ...]] = {
    "XSpace": (("planes", 1, "*XPlane"), ("errors", 2, "*STRING"), ("warnings", 3, "*STRING"), ("hosts", 4, "*STRING")),
    "XPlane": (
        ("id", 1, INT64),
        ("name", 2, STRING),
        ("lines", 3, "*XLine"),
        ("event_metadata", 4, "*EventEntry"),
        ("stat_metadata", 5, "*StatEntry"),
        ("stats", 6, "*XStat"),
    ),
    "XLine": (
        ("id", 1, INT64),
        ("display_id", 10, INT64),
        ("name", 2, STRING),
        ("display_name", 11, STRING),
        ("timestamp_ns", 3, INT64),
        ("duration_ps", 9, INT64),
        ("events", 4, "*XEvent"),
    ),
    "XEvent": (
        ("metadata_id", 1, INT64),
        ("offset_ps", 2, INT64),
        ("num_occurrences", 5, INT64),
        ("duration_ps", 3, INT64),
        ("stats", 4, "*XStat"),
    ),
    "XStat": (
        ("metadata_id", 1, INT64),
        ("double_value", 2, DOUBLE),
        ("uint64_value", 3, UINT64),
        ("int64_value", 4, INT64),
        ("str_value", 5, STRING),
        ("bytes_value", 6, BYTES),
        ("ref_value", 7, UINT64),
    ),
    "XEventMetadata": (
        ("id", 1, INT64),
        ("name", 2, STRING),
        ("display_name", 4, STRING),
        ("metadata", 3, BYTES),
        ("stats", 5, "*XStat"),
        ("child_id", 6, "*INT64"),
    ),
    "XStatMetadata": (("id", 1, INT64), ("name", 2, STRING), ("description", 3, STRING)),
    # A map is written as its entries; read as such, a double key cannot hide one.
    "EventEntry": (("key", 1, INT64), ("value", 2, "XEventMetadata")),
    "StatEntry": (("key", 1, INT64), ("value", 2, "XStatMetadata")),
}


class TraceError(InputError):
    """A trace cannot be found or read; the message is one line that says what to do."""


def parse_space(content: bytes) -> Any:
    """The XSpace in `content`.

    Raises:
        TraceError: The content is cut short, or is no trace. The message goes on where the name of a file ends.
    """
    space = parse_message("XSpace", content)
    if not space.planes:
        raise TraceError("is no profiler trace: give an .xplane.pb file, as in plugins/profile/<session>/.")
    return space


def parse_message(name: str, content: bytes) -> Any:
    """A message of the schema, such as "XLine".

    Raises:
        TraceError: The content is cut short, or no such message. The message goes on where the name of a file ends.
    """
    from google.protobuf import message  # type: ignore[import-untyped]  # noqa: PLC0415  # see above

    try:
        parsed = _build_classes()[name]()
        parsed.ParseFromString(content)
    except message.DecodeError as error:
        raise TraceError(NOT_A_TRACE) from error
    return parsed


def build_space() -> Any:
    """An empty XSpace."""
    return _build_classes()["XSpace"]()


def add_stat_name(plane: Any, name: str) -> int:
    """The number under which a plane's events store the argument `name`, which is added if it is new there."""
    known: dict[str, int] = {entry.value.name: entry.key for entry in plane.stat_metadata}
    if name not in known:
        taken = set(known.values())
        known[name] = next(number for number in itertools.count(1) if number not in taken)
        entry = plane.stat_metadata.add(key=known[name])
        entry.value.id, entry.value.name = known[name], name
    return known[name]


@cache
def _build_classes() -> dict[str, Any]:
    return build_messages(PACKAGE, SCHEMA, unions={"XStat": VALUE})
