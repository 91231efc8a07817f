"""Files to which a line is added at a time, each a value as JSON: trials of the gate, and pairs of designs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from mnist_core.files.bounded import read_bounded
from reports.record.errors import RecordError
from reports.record.file import MAX_BYTES
from reports.record.stored.typed_json import convert_json

Value = TypeVar("Value")


@dataclass(frozen=True)
class LineFormat(Generic[Value]):
    """What a line of a file is.

    Args:
        key: The key that every line begins with; its value is the version.
        version: Version of the format.
        kind: The dataclass that a line holds.
        noun: What a value is called in messages, such as "trial".
        writer: What leaves such files, for messages.
    """

    key: str
    version: int
    kind: type[Value]
    noun: str
    writer: str

    def append(self, value: Value, file: Path) -> None:
        """Add a line; a last line that was cut short when its writer was killed is taken away first.

        Raises:
            RecordError: The file ends in something else.
            OSError: The file cannot be written.
        """
        line = json.dumps({self.key: self.version, **msgspec.to_builtins(value)}, allow_nan=False)
        with file.open("a+b") as stream:
            stream.seek(0)
            stream.truncate(self._find_end(file, stream.read()))
            stream.write(line.encode() + b"\n")

    def load(self, file: Path) -> tuple[Value, ...]:
        """The values in a file, without a last line that was cut short.

        Raises:
            RecordError: There is no such file, it cannot be read, or a line of it is damaged.
        """
        try:
            content = read_bounded(file, MAX_BYTES)
        except FileNotFoundError:
            raise RecordError(f"{file} does not exist: give the file that {self.writer} left.") from None
        except OSError as error:
            raise RecordError(f"{file} cannot be read: {error.strerror}.") from None
        lines = content[: self._find_end(file, content)].splitlines()
        return tuple(self._parse(file, number, line) for number, line in enumerate(lines, start=1))

    def _find_end(self, file: Path, content: bytes) -> int:
        """Where the last whole line ends; behind it may only stand the beginning of another."""
        beginning = f'{{"{self.key}": '.encode()
        end = content.rfind(b"\n") + 1
        rest = content[end:]
        if rest[: len(beginning)] != beginning[: len(rest)]:
            raise RecordError(f"{file} does not end in a {self.noun}: give a file that {self.writer} left.")
        return end

    def _parse(self, file: Path, number: int, line: bytes) -> Value:
        try:
            fields = msgspec.json.decode(line, type=dict[str, Any])
            is_known = fields.pop(self.key) == self.version
            value = convert_json(fields, self.kind) if is_known else None
        except (KeyError, ValueError, RecursionError):
            raise RecordError(f"{file}, line {number} is damaged, or no {self.noun}.") from None
        if value is None:
            raise RecordError(f"{file}, line {number} has another format than {self.version}: use a newer version.")
        return value
