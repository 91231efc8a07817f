"""A gate run as one JSON file: the sole owner of its stored names."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from mnist_core.files.written_file import write_whole
from reports.gate.record import Cases, Failure, GateRecord, Pair, Plan, Renaming, Revision, Side, Threshold
from reports.record.file import load_json, parse_sample
from reports.record.record import Machine, RecordError, Setting

KEY = "mnist_bench_gate"
FORMAT = 1
WANTED = "the JSON file that mnist-bench gate wrote"


def save_gate(record: GateRecord, file: Path) -> None:
    """Write the record; a reader sees the former file or the whole new one, never a part.

    Raises:
        OSError: the file cannot be written.
    """
    write_whole(file, json.dumps({KEY: FORMAT, **dataclasses.asdict(record)}).encode())


def load_gate(file: Path) -> GateRecord:
    """The gate run in a file.

    Raises:
        RecordError: there is none, or it is damaged or of a format that this version does not know.
    """
    stored = load_json(file, WANTED)
    if not isinstance(stored, dict) or KEY not in stored:
        raise RecordError(f"{file} is not a gate run: give {WANTED}.")
    if stored.pop(KEY) != FORMAT:
        raise RecordError(f"{file} has another format than {FORMAT}: use a newer version.")
    try:
        return _parse(stored)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RecordError(f"{file} is damaged ({error}).") from None


def _parse(stored: dict[str, Any]) -> GateRecord:
    return GateRecord(
        base=_parse_revision(stored.pop("base")),
        head=_parse_revision(stored.pop("head")),
        machine=Machine(**stored.pop("machine")),
        cases=_parse_cases(stored.pop("cases")),
        plan=_parse_plan(stored.pop("plan")),
        pairs=tuple(_parse_pair(each) for each in stored.pop("pairs")),
        failures=tuple(Failure(**each) for each in stored.pop("failures")),
        notices=tuple(str(each) for each in stored.pop("notices")),
        **stored,
    )


def _parse_revision(stored: dict[str, Any]) -> Revision:
    setting = dict(stored["setting"])
    versions = tuple((str(name), str(version)) for name, version in setting.pop("versions"))
    return Revision(**{**stored, "setting": Setting(**setting, versions=versions)})


def _parse_cases(stored: dict[str, Any]) -> Cases:
    renamed = tuple(Renaming(**each) for each in stored.pop("renamed"))
    return Cases(renamed=renamed, **{name: tuple(ids) for name, ids in stored.items()})


def _parse_plan(stored: dict[str, Any]) -> Plan:
    thresholds = tuple(Threshold(**each) for each in stored.pop("thresholds"))
    control_cases, look_shares = (tuple(stored.pop(name)) for name in ("control_cases", "look_shares"))
    return Plan(thresholds=thresholds, control_cases=control_cases, look_shares=look_shares, **stored)


def _parse_pair(stored: dict[str, Any]) -> Pair:
    return Pair(**{**stored, "base": _parse_side(stored["base"]), "head": _parse_side(stored["head"])})


def _parse_side(stored: dict[str, Any]) -> Side:
    turns = tuple(parse_sample(each) for each in stored["turns"])
    return Side(**{**stored, "turns": tuple(each for each in turns if each is not None)})
