"""Writes a record as pytest-benchmark would have written it, for runs that are no run of pytest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pytest_benchmark import __version__
from pytest_benchmark.plugin import pytest_benchmark_generate_machine_info
from pytest_benchmark.stats import Stats
from pytest_benchmark.utils import get_commit_info

from bench.machine.environment import Surroundings, describe_environment
from bench.turns.replay import NANOSECONDS, list_walls
from mnist_core.files.whole_file import write_whole
from reports.record.record import KEY, CaseRecord, Record


def save_record(record: Record, file: Path | str, environment: Surroundings | None = None) -> None:
    """Write a record, so that `load_record` gives it back and every tool for pytest-benchmark's files reads it.

    Args:
        record: What was measured.
        file: The file, whose folder is made.
        environment: What the machine was like before; None is what it is like now.

    Raises:
        OSError: The file cannot be written.

    Example:
        >>> if __name__ == "__main__":
        ...     save_record(measure("my_pipeline.py:make"), "runs/mine/record.json")
    """
    file, machine = Path(file), record.machine
    environment = environment or describe_environment()
    stored = {
        "machine_info": {
            **pytest_benchmark_generate_machine_info(),
            KEY: {"cpu": machine.cpu, "num_cores": machine.num_cores, "system": machine.system},
        },
        "commit_info": get_commit_info(),
        "benchmarks": [_describe(case) for case in record.cases],
        "datetime": record.datetime,
        "version": __version__,
        KEY: {"environment": environment.to_dict(), "command": record.command},
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, json.dumps(stored, indent=4).encode())


def _describe(case: CaseRecord) -> dict[str, Any]:
    stats = Stats()
    for wall_ns in list_walls(case):
        stats.update(wall_ns / NANOSECONDS)
    name = f"run[{case.case.id}]"
    return {
        "group": case.group,
        "name": name,
        "fullname": f"mnist-bench::{name}",
        "params": {"case": case.case.id},
        "param": case.case.id,
        "extra_info": case.to_extra_info(),
        "options": {"timer": "measured turns", "warmup": False},
        "stats": {**stats.as_dict(), "data": stats.data, "iterations": 1},
    }
