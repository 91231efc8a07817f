"""A sweep made by hand: three candidates, of which one won the race and gains on fresh pairs."""

from __future__ import annotations

import math
from dataclasses import replace

from pipeline_records import make_mixed, make_pipeline, make_read

from bench.subjects.pipeline_text import describe_pipeline
from reports.record.memory import Memory
from reports.record.proposal import Candidate, Proposal, Untried
from reports.record.record import CaseRecord
from reports.sweep.record import Confirmation, Dropped, SweepPlan, SweepRecord

LATE = Candidate("late_map", "[1, 2, 0]", "lines().shuffle(1000).batch(100).map(row)", ("shuffle, batch, then map",), 9)
AHEAD = Candidate("ahead", "[0, 1, 2, 3]", "lines().map(row).shuffle(1000).batch(100).prefetch(-1)", ("prefetch last",))
SLOW = Candidate("slow", "[2, 0, 1]", "lines().batch(100).map(row).shuffle(1000)", ("batch first",))
UNTRIED = (
    Untried("parse_example on batches", "parse_single_example is another operation", "write parse_example by hand"),
    Untried("a smaller shuffle", "the mixing score falls", "shuffle(100)", changes_meaning=True),
)


def walls(*walls_ms: int) -> list[int]:
    return [wall for wall in walls_ms for _ in range(3)]


def hold(name: str, num_bytes: int) -> CaseRecord:
    made = make_read(name, 0.0)
    return replace(made, memory=Memory(None, num_bytes, None, None, None))


RACED = (
    make_pipeline("before", walls(1000, 1300)),
    make_pipeline("late_map", walls(200, 220)),
    make_pipeline("ahead", walls(900, 920)),
    make_pipeline("slow", walls(1500, 1510)),
)
READ = (
    *(hold("before", 5 * 2**20), hold("late_map", 2 * 2**20)),
    *(make_mixed("before", [0.9]), make_mixed("late_map", [0.9])),
)
OUT = (
    Dropped("slow", 6, "0.67 times as fast as before"),
    Dropped("ahead", 6, "1.1 times as fast as before, late_map 5.0"),
)
SWEEP = SweepRecord(
    SweepPlan(replace(describe_pipeline("data.py:before"))),
    Proposal((LATE, AHEAD, SLOW), UNTRIED, ("looked at 1,000 examples",)),
    seed=5,
    names=("before", "late_map", "ahead", "slow"),
    cases=(*RACED, *READ),
    num_rounds=6,
    num_processes=1,
    dropped=OUT,
    has_raced=True,
    confirmation=Confirmation("late_map", 3, tuple(math.log(ratio) for ratio in (4.0, 4.1, 4.2, 3.9, 4.0, 4.05, 4.1))),
    has_confirmed=True,
    unread=("no time to read the memory of ahead",),
    spent_s=99.5,
    is_done=True,
    patch="--- a/data.py\n",
    code="lines().shuffle(1000).batch(100).map(row)",
)
