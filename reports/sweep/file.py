"""A sweep as one JSON file beside its record: the sole owner of its stored names."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from mnist_core.files.run_kinds import RECORD
from mnist_core.files.whole_file import write_whole
from reports.record.errors import RecordError
from reports.record.file import load_json
from reports.record.stored.typed_json import convert_json
from reports.sweep.record import SweepRecord

KEY, FORMAT = "mnist_bench_sweep", 1
SWEEP, PATCH = "sweep.json", "sweep.patch"  # in a run's folder
WANTED = "the folder of a run that mnist-bench sweep wrote"


def save_sweep(record: SweepRecord, file: Path) -> None:
    """Write the sweep; a reader sees the former file or the whole new one, never a part.

    Raises:
        OSError: The file cannot be written.
    """
    write_whole(file, json.dumps({KEY: FORMAT, **dataclasses.asdict(record)}).encode())


def find_sweep(run: Path) -> SweepRecord | None:
    """The sweep that a run's folder, or the record in it, belongs to; None for any other run.

    Raises:
        RecordError: It is damaged or of a format that this version does not know.
    """
    file = (run if run.is_dir() else run.parent) / SWEEP
    return load_sweep(file) if file.is_file() and (run.is_dir() or run.name == RECORD) else None


def load_sweep(file: Path) -> SweepRecord:
    """The sweep in a file.

    Raises:
        RecordError: There is none, or it is damaged or of a format that this version does not know.
    """
    stored = load_json(file, WANTED)
    if not isinstance(stored, dict) or KEY not in stored:
        raise RecordError(f"{file} is not a sweep: give {WANTED}.")
    if stored.pop(KEY) != FORMAT:
        raise RecordError(f"{file} has another format than {FORMAT}: use a newer version.")
    try:
        return convert_json(stored, SweepRecord)
    except ValueError as error:
        raise RecordError(f"{file} is damaged ({error}).") from None
