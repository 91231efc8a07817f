"""Reads the file of a run, whoever measured it."""

from __future__ import annotations

from pathlib import Path

from reports.record.file import load_stored, parse_record
from reports.record.record import RecordError
from reports.summary.own import describe_run
from reports.summary.plain import is_own, parse_plain, parse_versions
from reports.summary.run import Run


def load_run(path: Path) -> Run:
    """The run in a pytest-benchmark file, or in a run's folder as ``record.json``.

    Raises:
        RecordError: there is none, or it is damaged or of a format that this version does not know.

    Example:
        >>> run = load_run(Path("runs/before"))
    """
    file, stored = load_stored(path)
    if not is_own(stored):
        return parse_plain(path, file, stored)
    record = parse_record(file, stored)
    try:
        return describe_run(path, record, parse_versions(stored, with_python=False))
    except ValueError as error:
        raise RecordError(f"{file} cannot be read: {error}.") from None
