"""What a project wants of its benchmarks: `[tool.mnist-bench.compare]` of its `pyproject.toml`."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mnist_core.files.project_table import load_project_table
from reports.compare.pairing import CompareError
from reports.compare.thresholds import MetricThreshold, parse_thresholds

TABLE = "tool.mnist-bench.compare"


class CaseLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Thresholds of some cases.

    Args:
        match: Pattern of the cases' names as shells have it, such as ``*test_parse*``.
        fail_on: Thresholds, such as ``time:20%``.
    """

    match: str
    fail_on: tuple[str, ...]


class CompareTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The table as a project writes it.

    Args:
        fail_on: Thresholds of every case, which those of the command line replace.
        case: Thresholds of some cases; of two that are for one case, the later one counts.
    """

    fail_on: tuple[str, ...] = ()
    case: tuple[CaseLimits, ...] = ()


def load_thresholds(file: Path, asked: tuple[str, ...]) -> tuple[MetricThreshold, ...]:
    """The thresholds that hold: those that were asked for or the file's, and then the file's for some cases.

    Args:
        file: A ``pyproject.toml``, which need not be there.
        asked: Thresholds of the command line.

    Raises:
        CompareError: The file is not TOML, or a key, a value or a threshold is not known.
    """
    table = _load_table(file)
    cases = [each for rule in table.case for each in parse_thresholds(rule.fail_on, rule.match)]
    return (*parse_thresholds(asked or table.fail_on), *cases)


def _load_table(file: Path) -> CompareTable:
    content = load_project_table(file, TABLE, CompareError)
    try:
        return msgspec.convert(content, CompareTable)
    except msgspec.ValidationError as error:
        raise CompareError(f"{file}: [{TABLE}]: {error}; its keys are fail-on and case.") from None
