"""Records from files: pytest-benchmark's JSON, of this format or an older one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reports.record.errors import RecordError
from reports.record.machine import UNKNOWN_PROCESSOR, Machine
from reports.record.older import OLDER, upgrade
from reports.record.record import FORMAT, KEY, CaseRecord, Record
from reports.record.typed_json import convert_json

MAX_BYTES = 256 * 2**20  # a record of thousands of cases is a few MiB


def load_record(path: Path) -> Record:
    """The record in a file, or in a run's folder as ``record.json``.

    Raises:
        RecordError: there is none, or it is damaged or of a format that this version does not know.

    Example:
        >>> record = load_record(Path("runs/before"))
        >>> consumers = {case.consumer for case in record.cases}
    """
    return parse_record(*load_stored(path))


def load_stored(path: Path) -> tuple[Path, dict[str, Any]]:
    """The name of a pytest-benchmark file, which may be a run's ``record.json``, and what is in it, unread.

    Raises:
        RecordError: there is none, or it is not one.
    """
    file = path / "record.json" if path.is_dir() else path
    stored = load_json(file)
    if not isinstance(stored, dict) or not isinstance(stored.get("benchmarks"), list):
        raise RecordError(f"{file} is not a pytest-benchmark file: it has no list of benchmarks.")
    return file, stored


def parse_record(file: Path, stored: dict[str, Any]) -> Record:
    """The record that stands in a pytest-benchmark file.

    Raises:
        RecordError: it is damaged, not this project's, or of a format that this version does not know.
    """
    cases = tuple(_parse_case(file, benchmark) for benchmark in stored["benchmarks"])
    try:
        return Record(cases, _parse_machine(stored), str(stored.get("datetime", "")))
    except ValueError as error:
        raise RecordError(f"{file} cannot be read: {error}.") from None


def load_json(file: Path, wanted: str = "a run's folder or its record.json") -> Any:
    """What the JSON of a file of bounded size says.

    Args:
        file: to read.
        wanted: what to give instead of a file that is not there.

    Raises:
        RecordError: it is not there, too large, unreadable or not JSON.
    """
    try:
        if file.stat().st_size > MAX_BYTES:
            raise RecordError(f"{file} is larger than {MAX_BYTES // 2**20} MiB: no record is.")
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecordError(f"{file} does not exist: give {wanted}.") from None
    except OSError as error:
        raise RecordError(f"{file} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        raise RecordError(f"{file} is not JSON, or only a part of it.") from None


def _parse_case(file: Path, benchmark: Any) -> CaseRecord:
    name = benchmark.get("name") if isinstance(benchmark, dict) else None
    try:
        fields = dict(benchmark["extra_info"][KEY])
    except (KeyError, TypeError, ValueError):
        raise RecordError(f"{file}: benchmark {name!r} was not measured by this project.") from None
    number = fields.pop("format", None)
    if number not in (*OLDER, FORMAT):
        raise RecordError(f"{file}: benchmark {name!r} has another format than {FORMAT}: use a newer version.")
    try:
        current = fields if number == FORMAT else upgrade(fields)
        return convert_json(_list_pairs(current), CaseRecord)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RecordError(f"{file}: benchmark {name!r} is damaged ({error}).") from None


def _list_pairs(fields: dict[str, Any]) -> dict[str, Any]:
    """The same with lists of pairs where the file has an object of names and values."""
    setting, case = dict(fields["setting"]), dict(fields["case"])
    setting["versions"] = list(setting["versions"].items())
    case["subject"] = {**case["subject"], "options": list(case["subject"]["options"].items())}
    return {**fields, "setting": setting, "case": case}


def _parse_machine(stored: dict[str, Any]) -> Machine:
    info = stored.get("machine_info")
    info = info if isinstance(info, dict) else {}
    own = info.get(KEY)
    if isinstance(own, dict):
        cores = own.get("num_cores")
        return Machine(
            str(own.get("cpu", "unknown")), cores if isinstance(cores, int) else 0, str(own.get("system", ""))
        )
    return Machine(UNKNOWN_PROCESSOR, 0, str(info.get("system", "")))
