"""Reads the file of a run, whoever measured it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from reports.record.errors import RecordError
from reports.record.file import load_stored, parse_record
from reports.record.record import Record
from reports.summary.plain import is_own, parse_plain, parse_versions
from reports.summary.summary import Summary, summarize


def load_summary(path: Path) -> Summary:
    """The summary of a pytest-benchmark file, or of a run's folder with a ``record.json``.

    Raises:
        RecordError: There is no such file, it is damaged or of a format that this version does not know, or it holds
            no benchmark, or one twice.

    Example:
        >>> summary = load_summary(Path("runs/before"))
    """
    file, stored = load_stored(path)
    if not is_own(stored):
        return _parse_checked(file, stored, path)
    summary = summarize(parse_record(file, stored), str(path))
    _check_cases(file, summary)
    return replace(summary, versions=(*summary.versions, *parse_versions(stored, with_python=False)))


def load_run(path: Path) -> Record | Summary:
    """The record of a run of this project, with every turn; the summary of another project's file.

    Raises:
        RecordError: As `load_summary` has it.
    """
    file, stored = load_stored(path)
    return parse_record(file, stored) if is_own(stored) else _parse_checked(file, stored, path)


def _parse_checked(file: Path, stored: dict[str, Any], path: Path) -> Summary:
    summary = parse_plain(file, stored, str(path))
    _check_cases(file, summary)
    return summary


def _check_cases(file: Path, summary: Summary) -> None:
    if not summary.cases:
        raise RecordError(f"{file} cannot be read: it holds no benchmark.")
    found = Counter((case.identity, metric) for case in summary.cases for metric in case.values)
    twice = next((identity for (identity, _), count in found.items() if count > 1), None)
    if twice is not None:
        raise RecordError(f"{file} cannot be read: benchmark {twice.label!r} is there twice.")
