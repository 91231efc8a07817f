"""A gate run as one JSON file: the sole owner of its stored names."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from mnist_core.files.whole_file import write_whole
from reports.gate.record import GateRecord
from reports.record.errors import RecordError
from reports.record.file import GATE as KEY, load_json
from reports.record.stored.typed_json import convert_json

FORMAT = 2  # the first one had no pipelines
READABLE = (1, FORMAT)
WANTED = "the JSON file that mnist-bench gate wrote"


def save_gate(record: GateRecord, file: Path) -> None:
    """Write the record; a reader sees the former file or the whole new one, never a part.

    Raises:
        OSError: The file cannot be written.
    """
    write_whole(file, json.dumps({KEY: FORMAT, **dataclasses.asdict(record)}).encode())


def load_gate(file: Path) -> GateRecord:
    """The gate run in a file.

    Raises:
        RecordError: There is none, or it is damaged or of a format that this version does not know.

    Example:
        >>> record = load_gate(Path("runs/gate.json"))
    """
    if file.is_dir():
        raise RecordError(f"{file} is a folder: give {WANTED}.")
    stored = load_json(file, WANTED)
    if not isinstance(stored, dict) or KEY not in stored:
        raise RecordError(f"{file} is not a gate run: give {WANTED}.")
    if stored.pop(KEY) not in READABLE:
        raise RecordError(f"{file} has another format than {FORMAT}: use a newer version.")
    try:
        return convert_json(stored, GateRecord)
    except ValueError as error:
        raise RecordError(f"{file} is damaged ({error}).") from None
