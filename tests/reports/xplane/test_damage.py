"""Damaged traces: what can be read of them is told, and the rest is one line, whatever the damage."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from damage import damage_bytes, damage_fields
from made_captures import DOUBLE, GPU, INT64, TEXT, Event, add_line
from spaces import make_slow_map, make_space

from mnist_core.files.xspace import TraceError, build_space
from reports.drawing.text import render_text
from reports.traces.json import render_json
from reports.traces.reading import analyze
from reports.traces.tables import tabulate_trace
from reports.xplane.reader import read_capture
from reports.xplane.sessions import Host, Session

PLANTED = Path(__file__).parents[2] / "end_to_end" / "planted" / "slow_map.xplane.pb.gz"
SESSION = Session("post", (Host("post", PLANTED),))
SEEDS = [*range(20), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(20, 220))]

Damage = Callable[[bytes, np.random.Generator], bytes]


def make_small() -> bytes:
    """Some steps of a host, what a device did in them, and memory."""
    space = make_space(make_slow_map(4))
    launches: list[Event] = [("Launch", at * 10**10 + 5, 9, ("correlation_id", INT64, at + 1)) for at in range(4)]
    kernels: list[Event] = [
        ("kernel", at * 10**10 + 50, 900, ("correlation_id", INT64, at + 1), ("tf_op", TEXT, "a:B")) for at in range(4)
    ]
    copy: Event = ("MemcpyH2D", 7000, 20, ("memcpy_details", TEXT, "size:5"))
    allocated = (("bytes_allocated", INT64, 9), ("allocator_name", TEXT, "bfc"), ("fragmentation", DOUBLE, 0.5))
    runs: list[Event] = [("FunctionRun", at * 10**10 + 5, 400, ("id", INT64, at)) for at in range(4)]
    add_line(space, *launches, *runs, ("MemoryAllocation", 5, 0, *allocated))
    add_line(space, *kernels, copy, plane=GPU, thread="Stream #1")
    add_line(space, *((str(at), at * 10**10, 10**9) for at in range(4)), plane=GPU, thread="Steps")
    return bytes(space.SerializeToString())


CONTENTS = {"planted": gzip.decompress(PLANTED.read_bytes()), "made": make_small()}


def check_told(content: bytes) -> None:
    trace = analyze(SESSION, len(content), read_capture(content))
    assert json.loads(render_json(trace))["session"] == "post"
    assert "post" in render_text(tabulate_trace(trace, 10), 100)


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_trace_with_damaged_fields_is_told(content: bytes, seed: int) -> None:
    check_told(damage_fields(content, np.random.default_rng(seed)))


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_trace_with_damaged_bytes_is_told_or_refused(content: bytes, seed: int) -> None:
    damaged = damage_bytes(content, np.random.default_rng(seed))
    try:
        read_capture(damaged)
    except TraceError:
        return
    check_told(damaged)


@pytest.mark.parametrize(
    ("plane", "thread", "event"),
    [
        ("/host:CPU", "python", ("FunctionRun", 0, 1, ("id", TEXT, "--5"))),
        ("/host:CPU", "python", ("FunctionRun", 0, 1, ("id", TEXT, "9" * 5000))),
        ("/host:CPU", "python", ("MemoryAllocation", 0, 0, ("fragmentation", DOUBLE, float("nan")))),
        ("/host:CPU", "python", ("MemoryAllocation", 0, 0, ("fragmentation", DOUBLE, float("inf")))),
        (GPU, "Stream #1", ("MemcpyH2D", 0, 5, ("memcpy_details", TEXT, f"size:{'9' * 400}"))),
        (GPU, "Steps", ("9" * 3000, 0, 5)),
    ],
)
def test_damage_that_once_ended_a_command_is_told(plane: str, thread: str, event: Any) -> None:
    space = build_space()
    add_line(space, event, plane=plane, thread=thread)
    add_line(space, ("train", 0, 10**10, ("step_num", INT64, 1)))
    check_told(space.SerializeToString())
