"""Runs to compare: cases with turns of given milliseconds, as records, and as files."""

import json
from dataclasses import replace
from pathlib import Path

from case_records import make_case_record

from reports.record.machine import Machine, Setting
from reports.record.memory import Memory
from reports.record.program import DeviceUse
from reports.record.record import KEY, CaseRecord, Record
from reports.record.sample import Sample, Turn
from reports.summary.summary import Summary, summarize

SETTING = Setting("mnist.npz", "0123456789abcdef" * 4, (("python", "3.11.7"), ("tensorflow", "2.21.0")))
MACHINE = Machine("Test CPU", 2, "Linux")
MILLISECOND = 1_000_000
MEBIBYTE = 2**20
NUM_EXAMPLES = 10_000
STEADY = (100, 102, 98, 101, 99, 100)  # 10 us an example
GPU = DeviceUse("gpu", ("cpu", "gpu"), "gpu", "Test GPU", "550.1", 2**30, None, "seen in a test")


def make_case(
    name: str, milliseconds=STEADY, *, first_ms: int = 20, busy: float | None = None, **choices
) -> CaseRecord:
    """A drained case in the default arm on the CPU, unless `choices` say otherwise."""
    samples = [
        Sample(
            ms * MILLISECOND,
            1,
            first_ms * MILLISECOND,
            NUM_EXAMPLES,
            busy_ns=None if busy is None else round(busy * (ms - first_ms) * MILLISECOND),
        )
        for ms in milliseconds
    ]
    turns = tuple(Turn(number, sample) for number, sample in enumerate(samples))
    return make_case_record(name, "shuffle(100).map().batch(32)", SETTING, turns, samples[0], **choices)


def make_reading(name: str, live_mebibytes: int | None, **choices) -> CaseRecord:
    """A case whose bytes were read."""
    live = None if live_mebibytes is None else live_mebibytes * MEBIBYTE
    memory = Memory(50 * MEBIBYTE, live, None, None, None)
    return make_case(name, consumer="memory", turns=(), warm_up=None, memory=memory, group="memory", **choices)


def make_run(path: str, *cases: CaseRecord, machine: Machine = MACHINE, versions=(), datetime: str = "") -> Summary:
    record = Record(cases, machine, datetime or f"2026-11-25T10:00:{sum(map(ord, path)) % 60:02d}+00:00")
    summary = summarize(record, path)
    return replace(summary, versions=(*summary.versions, *versions))


def slow_down(factor: float, milliseconds=STEADY) -> tuple[int, ...]:
    return tuple(round(factor * each) for each in milliseconds)


def write_own(path: Path, *cases: CaseRecord, cores: int = 2, datetime: str = "2026-11-25T10:00:00+00:00") -> Path:
    """A record's file, as pytest-benchmark writes it, as far as we read it."""
    own = {"cpu": "Test CPU", "num_cores": cores, "system": "Linux"}
    benchmarks = [{"name": f"bench[{case.name}]", "extra_info": case.to_extra_info()} for case in cases]
    path.write_text(
        json.dumps({"machine_info": {KEY: own}, "benchmarks": benchmarks, "datetime": datetime, "version": "5.3.1"})
    )
    return path


def make_plain(*benchmarks: tuple[str, list[float] | None], **choices) -> dict:
    """What pytest-benchmark writes for anybody: full names with their rounds; None where only statistics are saved."""
    return {
        "machine_info": {"system": "Linux", "machine": "x86_64", "cpu": {"brand_raw": "Test CPU", "count": 2}},
        "commit_info": {"id": "0123456789abcdef", "dirty": False},
        "benchmarks": [
            {
                "group": None,
                "name": fullname.rpartition("::")[2],
                "fullname": fullname,
                "extra_info": {},
                "stats": {"median": 1.5} if rounds is None else {"median": 1.5, "data": rounds},
            }
            for fullname, rounds in benchmarks
        ],
        "datetime": "2026-11-25T10:00:00+00:00",
        "version": "5.3.1",
        **choices,
    }
