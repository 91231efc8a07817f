"""xprof's tables of a trace: the steps, as TensorBoard's Profile tab shows them, and the operations."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.xplane.events import clean
from reports.xplane.periods import NS_PER_MS, NS_PER_US
from reports.xplane.xprof_process import TOOLS, TRACE

LIMIT_S = 300  # a trace of some tens of steps takes less than a second; a damaged one might take for ever
ROOT = Path(__file__).parents[2]
PARTS = {  # xprof's columns, in milliseconds, of each part of a step
    "input_ns": ("infeedTimeMs",),
    "host_ns": ("hostComputeTimeMs",),
    "device_ns": ("deviceComputeTimeMs", "deviceToDeviceTimeMs", "deviceCollectivesTimeMs"),
    "launch_ns": ("kernelLaunchTimeMs",),
    "other_ns": ("outfeedTimeMs", "compileTimeMs", "otherTimeMs"),
}
NOT_AN_OPERATION = frozenset({"IDLE", "Dataset"})  # nothing ran; tf.data's stages have a table of their own


class XprofError(ValueError):
    """xprof could not read the trace; the message says why, in a few words."""


@dataclass(frozen=True)
class Step:
    """One step, as xprof divides it; no time is in two parts.

    Args:
        name: Name and number of its mark.
        duration_ns: Time from the beginning of the mark to its end.
        input_ns: Time in which it waited for input.
        host_ns: Time in which the host computed.
        device_ns: Time in which the device computed or moved data.
        launch_ns: Time in which the host prepared or launched kernels.
        other_ns: Time of everything else: Python, compilation, output.
    """

    name: str
    duration_ns: int
    input_ns: int
    host_ns: int
    device_ns: int
    launch_ns: int
    other_ns: int


@dataclass(frozen=True)
class Operation:
    """A TensorFlow operation of the program.

    Args:
        name: Name of the operation in the graph.
        kind: Type of the operation, such as MatMul or Relu.
        place: Where it ran, "host" or "device".
        num_calls: How often it ran while the trace was captured.
        self_ns: Its own time, all calls together.
    """

    name: str
    kind: str
    place: str
    num_calls: int
    self_ns: int


@dataclass(frozen=True)
class Tables:
    """What xprof says: the steps in order, and the operations, the longest first."""

    steps: tuple[Step, ...]
    operations: tuple[Operation, ...]


def read_tables(content: bytes) -> Tables:
    """What xprof makes of a trace.

    Args:
        content: The bytes of an .xplane.pb file.

    Raises:
        XprofError: The program xprof is not installed, could not read the trace, or has tables with other columns.
    """
    with tempfile.TemporaryDirectory(prefix="mnist-report-") as folder:
        (Path(folder) / TRACE).write_bytes(content)
        _run(Path(folder))
        tables = {tool: _load(Path(folder) / f"{tool}.json") for tool in TOOLS}
    try:
        return Tables(
            tuple(_read_step(row) for row in _rows(tables["input_pipeline_analyzer"], "stepnum")),
            tuple(_read_operations(tables["framework_op_stats"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise XprofError("its tables have other columns: install the xprof of constraints.txt") from error


def _run(folder: Path) -> None:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    command = [sys.executable, "-m", "reports.xplane.xprof_process", str(folder)]
    try:
        done = subprocess.run(  # noqa: S603  # this Python, a module of ours, a folder of ours
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=LIMIT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise XprofError(f"it took longer than {LIMIT_S} s") from error
    if done.returncode:
        last = clean(done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2])
        raise XprofError("it is not installed: pip install xprof" if "No module named 'xprof" in last else "it gave up")


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise XprofError("it gave no answer") from error


def _rows(tables: Any, column: str) -> Iterator[Mapping[str, Any]]:
    """The rows of the first of xprof's tables that has a column of this name, by the names of the columns."""
    table = _find_table(tables, column)
    names = [each["id"] for each in table["cols"]]
    for row in table["rows"]:
        yield {name: cell["v"] if cell else None for name, cell in zip(names, row["c"], strict=True)}


def _find_table(tables: Any, column: str) -> Any:
    found = next((table for table in tables if any(each["id"] == column for each in table["cols"])), None)
    if found is None:
        raise KeyError(column)
    return found


def _read_step(row: Mapping[str, Any]) -> Step:
    parts = {part: sum(_duration(row[column], NS_PER_MS) for column in columns) for part, columns in PARTS.items()}
    return Step(name=clean(str(row["stepnum"])), duration_ns=_duration(row["stepTimeMs"], NS_PER_MS), **parts)


def _read_operations(tables: Any) -> list[Operation]:
    found = [
        Operation(
            name=clean(str(row["operation"])),
            kind=clean(str(row["type"])),
            place=str(row["host_or_device"]).lower(),
            num_calls=round(_finite(row["occurrences"])),
            self_ns=_duration(row["total_self_time"], NS_PER_US),
        )
        for row in _rows(tables, "total_self_time")
        if row["type"] not in NOT_AN_OPERATION
    ]
    return sorted(found, key=lambda operation: operation.self_ns, reverse=True)


def _duration(value: Any, unit_ns: int) -> int:
    return round(_finite(value) * unit_ns)


def _finite(value: Any) -> float:
    """The value as a number; ValueError if it is no amount, since xprof may make any number of a damaged trace."""
    number = float(value)
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"{number} is no amount.")
    return number
