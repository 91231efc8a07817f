"""Records from files: pytest-benchmark's JSON, of this format or an older one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from reports.record.capture import Capture
from reports.record.case import Case, Fitting
from reports.record.device import DeviceUse
from reports.record.errors import RecordError
from reports.record.machine import UNKNOWN_PROCESSOR, Machine
from reports.record.memory import HeapReading, Memory
from reports.record.older import convert_case
from reports.record.program import Choice, Program
from reports.record.record import FORMAT, KEY, CaseRecord, Record
from reports.record.sample import Mixing, Sample, Turn
from reports.record.setting import Setting
from reports.record.subject import Subject

OLDER = (1, 2, 3)  # 1 knew neither groups nor accuracy nor mixing; 2 no captures, devices, memory over time; 3 no Case
GROUPS = {"memory": "memory", "emulated": "training", "step": "training"}  # of format 1, by consumer
MAX_BYTES = 256 * 2**20  # a record of thousands of cases is a few MiB

Part = TypeVar("Part")


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
    stored_format = fields.pop("format", None)
    if stored_format not in (*OLDER, FORMAT):
        raise RecordError(f"{file}: benchmark {name!r} has another format than {FORMAT}: use a newer version.")
    try:
        if stored_format in OLDER:
            fields.setdefault("group", GROUPS.get(fields["consumer"], "orderings"))
        setting = fields.pop("setting")
        versions = tuple((str(key), str(value)) for key, value in setting["versions"].items())
        return CaseRecord(
            case=_parse_typed_case(fields.pop("case")) if stored_format == FORMAT else _parse_older_case(fields),
            setting=Setting(setting["data_name"], setting["data_fingerprint"], versions),
            warm_up=parse_sample(fields.pop("warm_up")),
            turns=tuple(_parse_turn(turn) for turn in fields.pop("turns")),
            program=_parse_program(fields.pop("program", None)),
            memory=_parse_memory(fields.pop("memory", None)),
            capture=_parse_optional(Capture, fields.pop("capture", None)),
            device_use=_parse_optional(DeviceUse, fields.pop("device_use", None)),
            **fields,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RecordError(f"{file}: benchmark {name!r} is damaged ({error}).") from None


def _parse_typed_case(stored: Any) -> Case:
    subject = stored["subject"]
    options = tuple((str(key), str(value)) for key, value in subject["options"].items())
    typed = {"subject": Subject(**{**subject, "options": options})}
    return Case(**{**stored, **typed, "fitting": _parse_optional(Fitting, stored["fitting"])})


def _parse_older_case(fields: dict[str, Any]) -> Case:
    """The case whose parts stand side by side in a record of an older format; they are taken out of it."""
    parts = (fields.pop(name) for name in ("name", "ordering", "consumer", "arm", "device"))
    choices = {str(key): str(value) for key, value in fields.pop("choices", {}).items()}
    return convert_case(*parts, step_ms=fields.pop("step_ms", None), choices=choices)


def _parse_turn(stored: Any) -> Turn:
    sample = parse_sample(stored["sample"])
    if sample is None:
        raise ValueError("a turn has no sample")
    return Turn(stored["round"], sample)


def parse_sample(stored: Any) -> Sample | None:
    """The sample that was stored as a dict of its fields; None for None."""
    if stored is None:
        return None
    return Sample(**{**stored, "mixing": _parse_optional(Mixing, stored.get("mixing"))})


def _parse_program(stored: Any) -> Program | None:
    if stored is None:
        return None
    return Program(str(stored["chain"]), tuple(Choice(**choice) for choice in stored["choices"]))


def _parse_memory(stored: Any) -> Memory | None:
    if stored is None:
        return None
    return Memory(**{**stored, "series": tuple(HeapReading(**reading) for reading in stored.get("series", ()))})


def _parse_optional(kind: type[Part], stored: Any) -> Part | None:
    return None if stored is None else kind(**stored)


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
