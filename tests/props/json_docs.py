"""What docs/json.md says of the JSON that commands print, held against what they print."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs" / "json.md"
SECTION = re.compile(r"^## (\S+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (`[^|]*`) \|", re.MULTILINE)
TOP = ""


def read_documented() -> dict[str, dict[str, set[str]]]:
    """The documented fields by schema and the object they stand in, such as ``findings[]``; "" is the whole."""
    return {name: _gather(re.findall(r"`([^`]+)`", " ".join(ROW.findall(body)))) for name, body in read_sections()}


def read_sections() -> list[tuple[str, str]]:
    """The name of each schema, and the text about it."""
    return SECTION.findall(DOCS.read_text(encoding="utf-8"))


def check_documented(output: str) -> dict[str, Any]:
    """The object that a command has printed, after a check that the docs tell its fields and no others.

    Args:
        output: What it printed with ``--json``.
    """
    printed: dict[str, Any] = json.loads(output, parse_constant=lambda word: f"{word} is no JSON")
    schema, *_ = printed
    assert schema == "schema", "the first key names the schema"
    distribution, name, version = printed.pop(schema).split("/")
    assert (distribution, version) == ("mnist-bench", "1")
    documented = read_documented()[name]
    assert set(printed) == documented[TOP], f"docs/json.md, {name}"
    for place, fields in _list_objects(printed):
        if place in documented:
            assert fields == documented[place], f"docs/json.md, {name}: {place}"
    return printed


def _gather(paths: list[str]) -> dict[str, set[str]]:
    gathered: dict[str, set[str]] = {TOP: set()}
    for path in paths:
        place, _, field = path.rpartition(".")
        gathered[TOP].add(path.split(".")[0].removesuffix("[]"))
        if place:
            gathered.setdefault(place, set()).add(field)
    return gathered


def _list_objects(printed: dict[str, Any]) -> Iterator[tuple[str, set[str]]]:
    for name, value in printed.items():
        if isinstance(value, dict):
            yield name, set(value)
        elif isinstance(value, list):
            yield from ((f"{name}[]", set(each)) for each in value if isinstance(each, dict))
