"""Traces made by hand, for what is read of them and drawn."""

from pathlib import Path
from typing import Any

from spaces import PYTHON, Made, make_slow_map, make_space

from reports.drawing.text import render_text
from reports.traces.reading import analyze
from reports.traces.trace import Trace
from reports.xplane.events import read_events
from reports.xplane.sessions import Host, Session
from reports.xplane.xprof import Operation, Step, Tables

MILLISECOND = 1_000_000  # nanoseconds
SESSION = Session("post/2026_11_23", (Host("post", Path("post.xplane.pb")),))
OPERATION = Operation("dense/MatMul", "MatMul", "host", 12, 24 * MILLISECOND)


def make_step(input_ms: float, total_ms: float = 10.0, **parts: float) -> Step:
    rest = total_ms - input_ms - sum(parts.values())
    whole = {"input_ns": input_ms, "host_ns": rest, "device_ns": 0.0, "launch_ns": 0.0, "other_ns": 0.0, **parts}
    return Step(
        "train 1", round(total_ms * MILLISECOND), **{name: round(ms * MILLISECOND) for name, ms in whole.items()}
    )


def make_trace(steps: list[Step], threads: dict[str, list[Made]] | None = None) -> Trace:
    events = read_events(make_space(threads or make_slow_map()))
    return analyze(SESSION, 123_456, events, Tables(tuple(steps), (OPERATION,)))


def save(folder: Path, space: Any, name: str = "vm") -> Path:
    path = folder / f"{name}.xplane.pb"
    path.write_bytes(space.SerializeToString())
    return path


def draw(content: Any, columns: int = 100) -> str:
    return render_text(content, columns)


FASTER = {
    PYTHON: [event for number in range(6) for event in (
        Made("train", number * 3000, 3000, {"step_num": number, "_r": 1}),
        Made("Iterator::Root", number * 3000, 600),
        Made("Iterator::Root::MapAndBatch", number * 3000, 600),
    )]
}  # fmt: skip
