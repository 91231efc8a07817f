"""Records from files: pytest-benchmark's JSON, of this format or an older one."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from reports.record.errors import RecordError
from reports.record.machine import UNKNOWN_PROCESSOR, Environment, Machine
from reports.record.older import OLDER, upgrade
from reports.record.record import FORMAT, KEY, CaseRecord, Record
from reports.record.typed_json import convert_json

MAX_BYTES = 256 * 2**20  # a record of thousands of cases is a few MiB


def load_record(path: Path) -> Record:
    """The record in a file, or in a run's folder as ``record.json``.

    Raises:
        RecordError: There is none, or it is damaged or of a format that this version does not know.

    Example:
        >>> record = load_record(Path("runs/before"))
        >>> consumers = {case.consumer for case in record.cases}
    """
    return parse_record(*load_stored(path))


def load_stored(path: Path) -> tuple[Path, dict[str, Any]]:
    """The name of a pytest-benchmark file, which may be a run's ``record.json``, and what is in it, unread.

    Raises:
        RecordError: There is none, or it is not one.
    """
    file = path / "record.json" if path.is_dir() else path
    stored = load_json(file)
    if not isinstance(stored, dict) or not isinstance(stored.get("benchmarks"), list):
        raise RecordError(f"{file} is not a pytest-benchmark file: it has no list of benchmarks.")
    return file, stored


def parse_record(file: Path, stored: dict[str, Any]) -> Record:
    """The record that stands in a pytest-benchmark file.

    Raises:
        RecordError: It is damaged, not this project's, or of a format that this version does not know.
    """
    cases = tuple(_parse_case(file, benchmark) for benchmark in stored["benchmarks"])
    try:
        moment = str(stored.get("datetime", ""))
        return Record(cases, _parse_machine(stored), moment, _parse_environment(stored))
    except ValueError as error:
        raise RecordError(f"{file} cannot be read: {error}.") from None


def load_json(file: Path, wanted: str = "a run's folder or its record.json") -> Any:
    """What the JSON of a file of bounded size says.

    Args:
        file: File to read.
        wanted: Words for what to give instead of a file that is not there.

    Raises:
        RecordError: It is not there, too large, unreadable or not JSON.
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
        found = dict(benchmark["extra_info"][KEY])
    except (KeyError, TypeError, ValueError):
        raise RecordError(f"{file}: benchmark {name!r} was not measured by this project.") from None
    number = found.pop("format", None)
    if number not in (*OLDER, FORMAT):
        raise RecordError(f"{file}: benchmark {name!r} has another format than {FORMAT}: use a newer version.")
    try:
        current = found if number == FORMAT else upgrade(found)
        return convert_json(_list_pairs(current), CaseRecord)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RecordError(f"{file}: benchmark {name!r} is damaged ({error}).") from None


def _list_pairs(found: dict[str, Any]) -> dict[str, Any]:
    """The same with lists of pairs where the file has an object of names and values."""
    setting, case = dict(found["setting"]), dict(found["case"])
    setting["versions"] = list(setting["versions"].items())
    case["subject"] = {**case["subject"], "options": list(case["subject"]["options"].items())}
    return {**found, "setting": setting, "case": case}


def _parse_machine(stored: dict[str, Any]) -> Machine:
    """The machine; its processor by the name that py-cpuinfo gives where only its architecture was noted."""
    info = _get_dict(stored, "machine_info")
    brand = str(_get_dict(info, "cpu").get("brand_raw") or "")
    own = info.get(KEY)
    if not isinstance(own, dict):
        return Machine(brand or UNKNOWN_PROCESSOR, 0, str(info.get("system", "")))
    cpu, cores = str(own.get("cpu", "")), own.get("num_cores")
    if cpu in ("", UNKNOWN_PROCESSOR, info.get("machine"), info.get("processor")):
        cpu = brand or UNKNOWN_PROCESSOR
    return Machine(cpu, cores if isinstance(cores, int) else 0, str(own.get("system", "")))


def _parse_environment(stored: dict[str, Any]) -> Environment | None:
    """The environment; None where none is told, or it makes no sense. Fields that are no longer kept are left out."""
    own = _get_dict(_get_dict(stored, KEY), "environment")
    known = {field.name: own[field.name] for field in fields(Environment) if field.name in own}
    try:
        if "variables" in known:
            known["variables"] = list(known["variables"].items())
        return convert_json(known, Environment) if known else None
    except (ValueError, AttributeError):
        return None


def _get_dict(stored: dict[str, Any], name: str) -> dict[str, Any]:
    value = stored.get(name)
    return value if isinstance(value, dict) else {}
