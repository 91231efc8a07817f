"""Messages of protocol buffers from a short schema, in a pool of their own: they meet no class that TensorFlow ships.

protobuf, which TensorFlow itself needs, is imported when classes are first built and not before.

Source: protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

INT64, UINT64, DOUBLE, STRING, BYTES = "INT64", "UINT64", "DOUBLE", "STRING", "BYTES"
REPEATED = "*"  # before the type of a field that may come many times

Field = tuple[str, int, str]
Schema = Mapping[str, tuple[Field, ...]]


def build_messages(package: str, schema: Schema, unions: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The classes of the schema's messages, by name.

    Args:
        package: Name of the package that the messages belong to.
        schema: Fields of each message: name, number, and type, which is one of the five above or another message.
        unions: Messages of which all fields but the first are one union, with the union's name.
    """
    from google.protobuf import (  # type: ignore[import-untyped]  # noqa: PLC0415  # see above
        descriptor_pb2,
        descriptor_pool,
        message_factory,
    )

    full_names = {name: f"{package}.{name}" for name in schema}
    file = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto3")
    for name, fields in schema.items():
        described = file.message_type.add(name=name)
        for field in fields:
            _add_field(described, field, full_names)
        if union := (unions or {}).get(name):
            described.oneof_decl.add(name=union)
            for member in described.field[1:]:
                member.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(full_names[name])) for name in schema}


def _add_field(described: Any, field: Field, full_names: Mapping[str, str]) -> None:
    from google.protobuf import descriptor_pb2  # noqa: PLC0415  # see above

    kinds = descriptor_pb2.FieldDescriptorProto
    name, number, text = field
    added = described.field.add(name=name, number=number)
    added.label = kinds.LABEL_REPEATED if text.startswith(REPEATED) else kinds.LABEL_OPTIONAL
    kind = text.removeprefix(REPEATED)
    if kind in full_names:
        added.type, added.type_name = kinds.TYPE_MESSAGE, f".{full_names[kind]}"
    else:
        added.type = kinds.Type.Value(f"TYPE_{kind}")
