"""Records from files: pytest-benchmark's JSON, of this format or an older one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, cast

from mnist_core.files.bounded import MEBIBYTE, read_bounded
from mnist_core.files.run_kinds import RECORD, explain_training
from mnist_core.terminal.console import show_plainly
from reports.record.case import ORDERING, REFERENCE, Case, Fitting, Subject
from reports.record.errors import RecordError
from reports.record.machine import UNKNOWN_PROCESSOR, Environment, Machine
from reports.record.program import Device
from reports.record.record import FORMAT, KEY, CaseRecord, Record
from reports.record.stored.typed_json import convert_json

GATE = "mnist_bench_gate"  # the first key of a gate's file
OLDER = (1, 2, 3)  # 1 knew neither groups nor accuracy nor mixing; 2 no captures, devices, memory over time; 3 no Case
GROUPS = {"memory": "memory", "emulated": "training", "step": "training"}  # of format 1, by consumer
TRUTHS = {"True": True, "False": False}
FLAGS, COUNTS = ("from_arrays", "jit_compile", "retrains", "sorts_by_label"), ("steps_per_execution", "num_epochs")
CARRIES = re.compile(r"\\[ubfrt]|[^\x00-\x7e]")  # what a JSON text needs to hold anything that cannot be shown
MAX_BYTES = 256 * MEBIBYTE  # a record of thousands of cases is a few MiB


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
    file = path / RECORD if path.is_dir() else path
    if path.is_dir() and not file.exists():
        raise RecordError(explain_training(path) or f"{path} holds no {RECORD}: give a run of the bench, or its file.")
    stored = load_json(file)
    if not isinstance(stored, dict) or not isinstance(stored.get("benchmarks"), list):
        if isinstance(stored, dict) and GATE in stored:
            raise RecordError(f"{file} is a run of the gate: mnist-report gate reads it.")
        if training := explain_training(path):
            raise RecordError(training)
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
        return Record(cases, _parse_machine(stored), moment, _parse_environment(stored), _parse_command(stored))
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
        text = read_bounded(file, MAX_BYTES).decode("utf-8-sig")
        return _clean(json.loads(text)) if CARRIES.search(text) else json.loads(text)
    except FileNotFoundError:
        raise RecordError(f"{file} does not exist: give {wanted}.") from None
    except OSError as error:
        raise RecordError(f"{file} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        raise RecordError(f"{file} is not JSON, or only a part of it.") from None


def _clean(value: Any) -> Any:
    """The value with every text as it can be shown anywhere: files may come from anybody."""
    if isinstance(value, str):
        return "\n".join(show_plainly(line) for line in value.split("\n"))
    if isinstance(value, list):
        return [_clean(each) for each in value]
    if isinstance(value, dict):
        return {_clean(name): _clean(each) for name, each in value.items()}
    return value


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


def _parse_command(stored: dict[str, Any]) -> str:
    """What a person typed, on one line; empty where the file does not tell."""
    command = _get_dict(stored, KEY).get("command")
    return " ".join(command.split()) if isinstance(command, str) else ""


def _get_dict(stored: dict[str, Any], name: str) -> dict[str, Any]:
    value = stored.get(name)
    return value if isinstance(value, dict) else {}


def upgrade(stored: Mapping[str, Any]) -> dict[str, Any]:
    """What the present format would have stored instead of these fields of a benchmark.

    Raises:
        KeyError: A part of the case is missing.
        AttributeError: The choices are no object of names and values.
    """
    fields = dict(stored)
    fields.setdefault("group", GROUPS.get(fields["consumer"], "orderings"))
    parts = [fields.pop(name) for name in ("name", "ordering", "consumer", "arm", "device")]
    choices = {str(key): str(value) for key, value in fields.pop("choices", {}).items()}
    case = asdict(convert_case(*parts, step_ms=fields.pop("step_ms", None), choices=choices))
    case["subject"]["options"] = dict(case["subject"]["options"])
    return {**fields, "case": case}


def convert_case(
    name: str,
    ordering: str,
    consumer: str,
    arm: str,
    device: str,
    *,
    step_ms: float | None = None,
    choices: Mapping[str, str] | None = None,
) -> Case:
    """The typed case that these texts stood for; how many examples it takes was not kept.

    Args:
        name: Name of the ordering.
        ordering: Text of the ordering.
        consumer: Name of the consumer.
        arm: Name of the arm.
        device: Kind of the device.
        step_ms: How long the emulated accelerator computes on a batch.
        choices: What sets the case apart, as names and values. What is not understood becomes an option of the
            subject, so that it is still shown.
    """
    left = dict(choices or {})
    typed: dict[str, Any] = {}
    if left.get("cold") == "yes":
        typed["is_cold"] = bool(left.pop("cold"))
    if consumer == "infer":
        typed |= _take_prediction(left)
    if consumer == "fit":
        typed["fitting"] = _take_fitting(left)
    subject = Subject(ORDERING, name, ordering, tuple(left.items()), REFERENCE)
    return Case(subject, consumer, arm, cast("Device", device), step_ms=step_ms, **typed)


def _take_prediction(left: dict[str, str]) -> dict[str, Any]:
    """The model and its batch size, taken out of the choices."""
    taken: dict[str, Any] = {"model": left.pop("model")} if "model" in left else {}
    if left.get("batch_size", "").isdecimal():
        taken["batch_size"] = int(left.pop("batch_size"))
    return taken


def _take_fitting(left: dict[str, str]) -> Fitting:
    """How Keras' fit trains, taken out of the choices."""
    taken: dict[str, Any] = {name: TRUTHS[left.pop(name)] for name in FLAGS if left.get(name) in TRUTHS}
    taken |= {name: int(left.pop(name)) for name in COUNTS if left.get(name, "").isdecimal()}
    return Fitting(**taken)
