"""A run from this project's record: its cases, what identifies them, and their values by metric."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from reports.record.record import UNKNOWN_PROCESSOR, CaseRecord, DeviceUse, Record
from reports.summary.estimates import READERS, read_turns
from reports.summary.metric import METRICS, RELATIVE, TIME
from reports.summary.readings import READING_SPREAD, read_bytes
from reports.summary.run import Facts, Identity, Measured, Run
from reports.summary.selection import find_reference, name_consumer

MOST_CONTAMINATED = 0.5  # of a case's turns: beyond that its median is a turn that others had a part in


def describe_run(path: Path, record: Record, versions: Facts) -> Run:
    """The run that a record is of.

    Args:
        path: as the user named it.
        record: what was read from there.
        versions: beside those of the record.

    Raises:
        ValueError: a case is there twice.
    """
    setting = record.cases[0].setting
    return Run(
        path,
        tuple(_describe_case(case, record) for case in record.cases),
        record.datetime,
        _describe_machine(record),
        (*setting.versions, *_describe_devices(record), *versions),
        setting.data_name,
        setting.data_fingerprint,
        _remark(record),
    )


def _describe_case(case: CaseRecord, record: Record) -> Measured:
    values = {metric.name: read_turns(metric.name, case) for metric in METRICS if metric.name in READERS}
    values[RELATIVE.name] = _compare_with_reference(case, record)
    for metric in READING_SPREAD:
        reading = read_bytes(metric, case.memory)
        values[metric] = {} if reading is None else {0: float(reading)}
    chain = None if case.program is None else case.program.chain
    contaminated = sum(turn.sample.contaminated for turn in case.turns)
    return Measured(
        identify(case),
        {name: found for name, found in values.items() if found},
        case.group,
        chain,
        is_disturbed=contaminated > MOST_CONTAMINATED * len(case.turns),
    )


def identify(case: CaseRecord) -> Identity:
    """What the test's name says of a case, and what it does not: the ordering, the examples of a turn, the choices."""
    sizes = sorted({turn.sample.num_examples for turn in case.turns})
    return Identity(
        "-".join([case.name, *name_consumer(case), case.arm]),
        case.device,
        (
            ("ordering", case.ordering),
            ("examples a turn", " or ".join(str(size) for size in sizes)),
            ("consumer", case.consumer),
            ("group", case.group),
            *case.choices,
        ),
    )


def _compare_with_reference(case: CaseRecord, record: Record) -> dict[int, float]:
    """The case's time over the reference's, by round: what slows the machine down slows both."""
    reference = find_reference(record, case)
    if reference is None or reference is case:
        return {}
    ours, theirs = read_turns(TIME.name, case), read_turns(TIME.name, reference)
    return {number: ours[number] / theirs[number] for number in sorted(ours.keys() & theirs.keys())}


def _describe_machine(record: Record) -> Facts:
    machine = record.machine
    found = {
        "processor": "" if machine.cpu == UNKNOWN_PROCESSOR else machine.cpu,
        "cores": str(machine.num_cores) if machine.num_cores else "",
        "system": machine.system,
        "gpu": _join(use.model for use in _find_uses(record)),
    }
    return tuple((name, value) for name, value in found.items() if value)


def _describe_devices(record: Record) -> Facts:
    """What belongs to the versions: the driver, and where XLA compiled."""
    uses = _find_uses(record)
    found = {
        "gpu driver": _join(use.driver for use in uses),
        "xla on": _join(use.used for use in uses if use.xla),
    }
    return tuple((name, value) for name, value in found.items() if value)


def _find_uses(record: Record) -> list[DeviceUse]:
    return [case.device_use for case in record.cases if case.device_use is not None]


def _join(values: Iterable[str | None]) -> str:
    """Those that are known, each once."""
    return ", ".join(dict.fromkeys(value for value in values if value))


def _remark(record: Record) -> tuple[str, ...]:
    turns = [turn for case in record.cases for turn in case.turns]
    contaminated = sum(turn.sample.contaminated for turn in turns)
    if not contaminated:
        return ()
    return (f"{contaminated} of {len(turns)} turns contaminated: others used more than a tenth of the machine",)
