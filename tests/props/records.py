"""Records made by hand: every number in them is chosen, so that what is exported can be computed on paper."""

from collections.abc import Sequence

from case_records import change, make_case_record

from reports.record.machine import Machine, Setting
from reports.record.memory import Memory
from reports.record.program import Program
from reports.record.record import CaseRecord, Record
from reports.record.sample import Sample, Turn
from reports.summary.summary import Summary, summarize

MILLISECOND = 1_000_000
MEBIBYTE = 2**20
SETTING = Setting("mnist.npz", "0123456789abcdef" * 4, (("python", "3.11.7"), ("tensorflow", "2.21.0")))
MACHINE = Machine("Test CPU", 2, "Linux")
POST_TEXT = "shuffle(60000).map().prefetch(320).batch(32).repeat()"
LAST_TEXT = "shuffle(60000).batch(32).map().prefetch(auto)"
DATETIME = "2026-11-23T08:58:00.123456+00:00"


def make_case(name: str, milliseconds: Sequence[int], ordering: str = POST_TEXT, **fields: object) -> CaseRecord:
    """A drained case; each turn takes 1000 examples, a tenth of its time to the first batch and half of it as CPU."""
    samples = [Sample(ms * MILLISECOND, ms * MILLISECOND // 2, ms * MILLISECOND // 10, 1000) for ms in milliseconds]
    turns = tuple(Turn(number, sample) for number, sample in enumerate(samples))
    return make_case_record(name, ordering, SETTING, turns, samples[0], **fields)


def make_fed_case(name: str, busy_ms: int, **fields: object) -> CaseRecord:
    """Six turns of 110 ms, 10 of them to the first batch; `busy_ms` of the rest computing."""
    sample = Sample(110 * MILLISECOND, 1, 10 * MILLISECOND, 640, busy_ns=busy_ms * MILLISECOND)
    turns = tuple(Turn(number, sample) for number in range(6))
    case = make_case(name, [1], consumer="emulated", step_ms=2.0, turns=turns, group="training")
    return change(case, **fields)


def make_memory_case(name: str, live_bytes: int | None, **fields: object) -> CaseRecord:
    """A reading: predicted 50 MiB, peak 60."""
    memory = Memory(50 * MEBIBYTE, live_bytes, 60 * MEBIBYTE, None, None)
    case = make_case(name, [1], consumer="memory", turns=(), warm_up=None, memory=memory, group="memory")
    return change(case, **fields)


POST = make_case("post", [100, 110, 90, 105, 95, 100], program=Program("BatchV2 > Map > TensorSlice", ()))
FAST = make_case("fast", [50, 55, 45, 50, 50, 50], LAST_TEXT)
FED = make_fed_case("post", 90)
RAW = change(FAST, arm="raw")
LIVE = make_memory_case("post", 49 * MEBIBYTE)


def make_summary(*cases: CaseRecord) -> Summary:
    return summarize(make_record(*cases))


def make_record(*cases: CaseRecord) -> Record:
    return Record(cases or (POST, FAST, RAW, FED, LIVE), MACHINE, DATETIME)
