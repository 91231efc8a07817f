"""Typed values from what JSON holds: every field is checked against its type, and the message names the place."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

Value = TypeVar("Value")


def convert_json(stored: Any, kind: type[Value]) -> Value:
    """The dataclass that stands in decoded JSON, with the same names of fields and lists for tuples.

    Raises:
        ValueError: A field is missing, unknown or of another type, or the dataclass refuses its value; the message
            ends with the place, such as ``$.pairs[0].number``.
    """
    value = msgspec.convert(stored, kind)
    if unknown := _find_unknown(stored, msgspec.to_builtins(value), "$"):
        raise ValueError(f"there is no field `{unknown}`")
    return value


def _find_unknown(stored: Any, known: Any, place: str) -> str:
    """The place of the first field that the typed value has not; empty where there is none."""
    if isinstance(stored, dict):
        for name, part in stored.items():
            inner = f"{place}.{name}"
            if name not in known:
                return inner
            if unknown := _find_unknown(part, known[name], inner):
                return unknown
    elif isinstance(stored, list):
        for number, (part, other) in enumerate(zip(stored, known, strict=True)):
            if unknown := _find_unknown(part, other, f"{place}[{number}]"):
                return unknown
    return ""
