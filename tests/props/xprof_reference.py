"""What the installed xprof says of the captures in tests/reports/timeline/captures.

``python tests/props/xprof_reference.py`` writes the table that the tests hold our numbers to. With ``--ask FILE`` it is
the process in which xprof reads one file: xprof is C++, and a file that it cannot bear ends the process.

The captures are repaired first: every mark becomes a root, and no loop inside a graph hides the marks.
To be small, they lack the events of thread pools, which have no duration, and some end after a few of their steps.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mnist_core.files.xspace import HOST, add_stat_name, parse_space
from mnist_core.files.xspace_repair import ROOT_LEVEL, STEP_NUMBER, flatten_loops

CAPTURES = Path(__file__).parents[1] / "reports" / "timeline" / "captures"
TABLE = CAPTURES / "xprof.json"
ENDING = ".xplane.pb.gz"
STEPS, OPERATIONS = "input_pipeline_analyzer", "framework_op_stats"
MOST_OPERATIONS = 8
LIMIT_S = 120
PARTS = {  # the columns of xprof's table of steps
    "input_percent": ("infeedTimeMs",),
    "host_percent": ("hostComputeTimeMs",),
    "device_percent": ("deviceComputeTimeMs", "deviceToDeviceTimeMs", "deviceCollectivesTimeMs"),
    "other_percent": ("otherTimeMs", "outfeedTimeMs", "compileTimeMs"),
}


@dataclass(frozen=True)
class Reference:
    """What xprof says of a capture.

    Args:
        steps: Number of steps that count.
        mean_ms: Mean duration of a step.
        input_percent: Share of the steps that is a wait for input, 0 to 100.
        host_percent: Share that is host compute.
        device_percent: Share that is device compute.
        other_percent: The rest.
        operations: The operations of the host that ran themselves for longest: name, type, calls, microseconds.
    """

    steps: int
    mean_ms: float
    input_percent: float
    host_percent: float
    device_percent: float
    other_percent: float
    operations: tuple[tuple[str, str, int, float], ...]


def list_captures() -> list[str]:
    """The names of the captures."""
    return sorted(path.name.removesuffix(ENDING) for path in CAPTURES.glob(f"*{ENDING}"))


def read_content(name: str) -> bytes:
    """The bytes of a capture, as the profiler wrote them."""
    return gzip.decompress((CAPTURES / f"{name}{ENDING}").read_bytes())


def load_references() -> dict[str, Reference]:
    """The stored table."""
    return {name: _build(row) for name, row in json.loads(TABLE.read_text(encoding="utf-8")).items()}


def mark_roots(space: Any) -> None:
    """Give every event with a step number the level that makes it a step for xprof, as if ``_r=1`` had been written."""
    for plane in space.planes:
        if not plane.name.startswith(HOST):
            continue
        level, number = (add_stat_name(plane, name) for name in (ROOT_LEVEL, STEP_NUMBER))
        for line in plane.lines:
            for event in line.events:
                if any(stat.metadata_id == number for stat in event.stats):
                    event.stats.add(metadata_id=level, int64_value=1)


def ask_xprof(name: str) -> Reference:
    """What the installed xprof says of a capture now."""
    space = parse_space(read_content(name))
    mark_roots(space)
    flatten_loops(space)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "host.xplane.pb")
        path.write_bytes(space.SerializeToString())
        command = [sys.executable, __file__, "--ask", str(path)]
        told = subprocess.run(command, capture_output=True, check=True, timeout=LIMIT_S)
    return _summarize(json.loads(told.stdout.splitlines()[-1]))


def _build(row: dict[str, Any]) -> Reference:
    operations = tuple((name, kind, calls, spent) for name, kind, calls, spent in row.pop("operations"))
    return Reference(operations=operations, **row)


def _summarize(tables: dict[str, list[dict[str, Any]]]) -> Reference:
    steps = tables[STEPS]
    total = sum(step["stepTimeMs"] for step in steps)
    shares = {
        part: round(100 * sum(step.get(column) or 0 for step in steps for column in columns) / total, 2)
        if steps
        else 0.0
        for part, columns in PARTS.items()
    }
    of_host = [
        (each["operation"], each["type"], int(each["occurrences"]), round(each["total_self_time"], 1))
        for each in tables[OPERATIONS]
        if each["host_or_device"].lower() == "host"
        and each["type"] not in {"IDLE", "Dataset"}
        and each["total_self_time"]
    ]
    return Reference(
        steps=len(steps),
        mean_ms=round(total / len(steps), 4) if steps else 0.0,
        operations=tuple(of_host[:MOST_OPERATIONS]),
        **shares,
    )


def _ask(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The tables of steps and of operations, a dictionary for each row."""
    from xprof.convert import raw_to_tool_data  # noqa: PLC0415  # in a process of its own only

    found: dict[str, list[dict[str, Any]]] = {STEPS: [], OPERATIONS: []}
    for tool in found:
        told, _ = raw_to_tool_data.xspace_to_tool_data([str(path)], tool, {"use_saved_result": False})
        tables = json.loads(told) if told else []
        for table in tables[1:] if tool == OPERATIONS else tables:  # the first table of operations has the idle time
            names = [column["id"] for column in table.get("cols", [])]
            if names[:1] == ["stepnum"] or tool == OPERATIONS:
                cells = ([cell and cell.get("v") for cell in row["c"]] for row in table.get("rows", []))
                found[tool] += [dict(zip(names, row, strict=False)) for row in cells]
    return found


def main() -> None:
    """Write the table, or answer with the tables of one file."""
    if sys.argv[1:2] == ["--ask"]:
        print(json.dumps(_ask(Path(sys.argv[2]))))  # noqa: T201
        return
    told = {name: asdict(ask_xprof(name)) for name in list_captures()}
    TABLE.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
