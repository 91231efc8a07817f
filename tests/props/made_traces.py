"""Traces made by hand, for what is read of them and drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from spaces import PYTHON, Made, make_slow_map, make_space

from reports.drawing.text import render_text
from reports.timeline.operations import Operation
from reports.timeline.steps import Step
from reports.traces.reading import analyze
from reports.traces.trace import StepKind, Trace
from reports.traces.verdict import judge_steps
from reports.xplane.reader import read_capture
from reports.xplane.sessions import Host, Session

MILLISECOND = 1_000_000  # nanoseconds
SESSION = Session("post/2026_11_23", (Host("post", Path("post.xplane.pb")),))
OPERATION = Operation("dense/MatMul", "MatMul", "host", 12, 24 * MILLISECOND)


def make_step(input_ms: float, total_ms: float = 10.0, **parts: float) -> Step:
    rest = total_ms - input_ms - sum(parts.values())
    none = dict.fromkeys(("copy_ns", "device_ns", "launch_ns", "other_ns"), 0.0)
    whole = {"input_ns": input_ms, "host_ns": rest, **none, **parts}
    given = {name: round(ms * MILLISECOND) for name, ms in whole.items()}
    return Step("train", 1, 0, round(total_ms * MILLISECOND), **given)


def make_trace(steps: Sequence[Step], threads: Mapping[str, list[Made]] | None = None) -> Trace:
    """What is read of the threads, but with these steps, and one operation."""
    trace = read_trace(threads or make_slow_map())
    kinds = (StepKind("train", trace.num_marks, tuple(steps)),)
    return replace(trace, kinds=kinds, verdict=judge_steps(steps), unclear="", activity=None, operations=(OPERATION,))


def read_trace(threads: Mapping[str, list[Made]]) -> Trace:
    """What is read of a file that holds these threads of the host."""
    return read_space(make_space(threads))


def read_space(space: Any) -> Trace:
    """What is read of a file that holds this space."""
    return analyze(SESSION, 123_456, read_capture(space.SerializeToString()))


def make_waits(*waits_us: int, step_us: int = 10_000, mark: str = "train") -> dict[str, list[Made]]:
    """Steps on one thread, one after the other, each of which waits as long as given for its batch."""
    return {
        PYTHON: [
            event
            for number, wait_us in enumerate(waits_us)
            for event in (
                Made(mark, number * step_us, step_us, {"step_num": number, "_r": 1}),
                Made("Iterator::Root", number * step_us, wait_us, {"id": 1}),
            )
        ]
    }


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
