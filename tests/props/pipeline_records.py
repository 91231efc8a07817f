"""Records of a person's pipelines made by hand: two that are drained, fed and read, whole or cut."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reports.record.case import PIPELINE, Case, Subject
from reports.record.machine import Machine, Setting
from reports.record.memory import EpochReading, Memory
from reports.record.program import Extent, Program, StageTime, StageTimes
from reports.record.record import CaseRecord, Record
from reports.record.sample import Cold, Mixing, MixingReading, Sample, Turn
from reports.summary.summary import Summary, summarize

MILLISECOND = 1_000_000
SETTING = Setting("the pipelines' own data", "ab" * 32, (("python", "3.11.7"), ("tensorflow", "2.21.0")))
MACHINE = Machine("Test CPU", 2, "Linux")
DATETIME = "2026-11-27T21:08:00+00:00"
CHAIN = "Prefetch(1) > BatchV2 > TensorSlice"
WHOLE = Extent(10, example_bytes=1000.0)
CUT = Extent(10, is_cut=True, example_bytes=1000.0, is_endless=True)


def make_pipeline(name: str, walls_ms: list[int], extent: Extent = WHOLE, **fields: Any) -> CaseRecord:
    """Turns of 1000 examples in 10 batches, a tenth of the first wall time to the first batch.

    Turns of what is cut set their first batch apart; the first epoch takes twice as long as the first turn.
    """
    first_ns = walls_ms[0] * MILLISECOND // 10
    apart = 100 if extent.is_cut else None
    busy = 500 * MILLISECOND if fields.get("consumer") in {"emulated", "model"} else None
    samples = [
        Sample(ms * MILLISECOND, ms * MILLISECOND, first_ns, 1000, busy_ns=busy, num_set_apart=apart) for ms in walls_ms
    ]
    subject = Subject(PIPELINE, name, f"data.py:{name}", reference="before")
    return CaseRecord(
        Case(subject, **fields),
        SETTING,
        1,
        replace(samples[0], wall_ns=2 * samples[0].wall_ns, num_set_apart=None),
        tuple(Turn(number, sample) for number, sample in enumerate(samples)),
        Program(CHAIN, ()),
        group="pipelines",
        extent=extent,
    )


def make_read(name: str, step_mb: float, **fields: Any) -> CaseRecord:
    """What a pipeline holds: 2 MiB live, and after each of ten epochs so many MB more."""
    epochs = tuple(EpochReading(*(round((50 + step_mb * place) * 1e6) for _ in range(2))) for place in range(10))
    memory = Memory(None, 2 * 2**20, 3 * 2**20, None, None, epochs=epochs, extent=Extent(10), **fields)
    case = Case(Subject(PIPELINE, name, f"data.py:{name}", reference="before"), "memory")
    return CaseRecord(case, SETTING, 1, None, (), memory=memory, group="pipelines")


def make_staged(name: str, why: str = "") -> CaseRecord:
    """A map that has 90 % of the time, four fifths of it in Python, and four stages more; or words."""
    mapped = StageTime("ParallelMapV2(auto)", 1000, 900 * MILLISECOND, 720 * MILLISECOND, "/home/me/data.py:7")
    batch, source = StageTime("BatchV2", 10, 90 * MILLISECOND), StageTime("TensorSlice", 1000, 4 * MILLISECOND)
    filtered = StageTime("Filter", 1000, 5 * MILLISECOND, 0, "/home/me/data.py:6")
    stages = () if why else (StageTime("Prefetch(1)", 10, MILLISECOND), batch, mapped, filtered, source)
    times = StageTimes(stages, 0 if why else 720 * MILLISECOND, why, 2000 * MILLISECOND)
    case = Case(Subject(PIPELINE, name, f"data.py:{name}", reference="before"), "stages")
    return CaseRecord(case, SETTING, 1, None, (), stage_times=times, group="pipelines")


def make_cached(name: str, *, is_cut: bool = False) -> CaseRecord:
    """A map before a cache that takes 600 ms of the first epoch, almost all of it in Python, and one behind it."""
    behind = StageTime("MapAndBatch(auto)", 30, 45 * MILLISECOND, 0, "/home/me/data.py:9")
    before = StageTime("Map", 300, 600 * MILLISECOND, 594 * MILLISECOND, "/home/me/data.py:8", True, is_cut)
    cache, source = StageTime("MemoryCache", 300, 5 * MILLISECOND), StageTime("Range", 300, 10_000, is_first_only=True)
    times = StageTimes((behind, cache, before, source), 0, "", 2000 * MILLISECOND)
    case = Case(Subject(PIPELINE, name, f"data.py:{name}", reference="before"), "stages")
    return CaseRecord(case, SETTING, 1, None, (), stage_times=times, group="pipelines")


def make_cold(name: str, walls_ms: list[int], **fields: Any) -> CaseRecord:
    """Turns of which each has read 40 files of 25 MB in all from the disk."""
    made = make_pipeline(name, walls_ms, is_cold=True)
    values = {"num_files": 40, "num_bytes": 25 * 10**6, "dropped_bytes": 25 * 10**6, "kept_bytes": 0}
    cold = Cold(**{**values, "asked_bytes": 25 * 10**6, "disk_bytes": 26 * 10**6, **fields})
    turns = tuple(replace(turn, sample=replace(turn.sample, cold=cold)) for turn in made.turns)
    return replace(made, turns=turns, group="cold")


def make_mixed(name: str, scores: list[float], why: str = "") -> CaseRecord:
    """Passes of 1000 examples with these displacements, and label runs of twice as much."""
    reading = MixingReading(
        tuple(Mixing(each, min(1, 2 * each)) for each in scores), 1000, True, why, 3000 * MILLISECOND
    )
    case = Case(Subject(PIPELINE, name, f"data.py:{name}", reference="before"), "order")
    return CaseRecord(case, SETTING, 1, None, (), mixing=reading, group="pipelines")


BEFORE = make_pipeline("before", [1000, 1010, 990, 1005, 995, 1000])
AFTER = make_pipeline("after", [500, 505, 495, 500, 500, 500])


def make_record(*cases: CaseRecord) -> Record:
    return Record(cases or (BEFORE, AFTER), MACHINE, DATETIME)


def make_summary(*cases: CaseRecord) -> Summary:
    return summarize(make_record(*cases))
