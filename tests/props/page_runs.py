"""Made-up runs for pages: every section has something to show, and the numbers are easy to check by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from case_records import change, make_case_record
from made_traces import read_trace
from spaces import PYTHON, Made, make_slow_map, make_space

from reports.page.runs import Run
from reports.record.machine import Machine, Setting
from reports.record.memory import HeapReading, Memory
from reports.record.program import Program
from reports.record.record import CaseRecord, Record
from reports.record.sample import Mixing, Sample, Turn
from reports.summary.summary import Summary, summarize
from reports.traces.reading import load_trace
from reports.traces.trace import Trace
from reports.xplane.sessions import Host, Session

MILLISECOND, MEBIBYTE = 1_000_000, 2**20
SETTING = Setting("mnist.npz", "0123456789abcdef" * 4, (("python", "3.11.7"), ("tensorflow", "2.21.0")))
MACHINE = Machine("Test CPU", 2, "Linux")
NUM_EXAMPLES = 60000


def make_case(name: str, walls_ms: list[int], first_ms: int = 250, **choices) -> CaseRecord:
    samples = [Sample(ms * MILLISECOND, 1, first_ms * MILLISECOND, NUM_EXAMPLES) for ms in walls_ms]
    turns = tuple(Turn(number, sample) for number, sample in enumerate(samples))
    text = f"shuffle({sum(map(ord, name))}).map().batch(32)"
    return make_case_record(name, text, SETTING, turns, samples[0], **choices)


def remember(name: str, live_mebibytes: int | None, predicted_mebibytes: int, **choices) -> CaseRecord:
    """A memory reading of 2 s: it fills for 1 s and is released in the end."""
    live = None if live_mebibytes is None else live_mebibytes * MEBIBYTE
    series = () if live is None else tuple(HeapReading(at * 1000 * MILLISECOND, live * (at == 1)) for at in range(3))
    memory = Memory(predicted_mebibytes * MEBIBYTE, live, None, None, None, series=series)
    return change(make_case(name, [1], consumer="memory", group="memory", turns=(), memory=memory), **choices)


def feed(name: str, busy_percent: int, consumer: str = "emulated") -> CaseRecord:
    """100 ms to the first batch, then 1 s of which the consumer computed so many hundredths."""
    sample = Sample(1100 * MILLISECOND, 1, 100 * MILLISECOND, 6400, busy_ns=busy_percent * 10 * MILLISECOND)
    turns = tuple(Turn(number, sample) for number in range(6))
    step_ms = 2.0 if consumer == "emulated" else None
    return make_case(name, [1], consumer=consumer, turns=turns, step_ms=step_ms, group="training")


def mix(name: str, displacement: float) -> CaseRecord:
    sample = Sample(1, 1, 1, 10, mixing=Mixing(displacement, 0.5))
    turns = tuple(Turn(number, sample) for number in range(6))
    return make_case(name, [1], consumer="mixing", group="mixing", turns=turns)


def predict(size: int, wall_ms: int, device: str = "cpu") -> CaseRecord:
    """Six turns of `wall_ms`, 2 ms to the first answer."""
    choices = (("model", "mlp"), ("batch_size", str(size)))
    return make_case(
        f"mlp_{size}", [wall_ms] * 6, 2, consumer="infer", group="inference", device=device, choices=choices
    )


POST = make_case("post", [3000, 3100, 2900, 3050, 2950, 3000], program=Program("BatchV2 > Map > TensorSlice", ()))
FAST = make_case("fast", [400, 410, 390, 405, 395, 400], 40)
CLOSE = make_case("close_second", [405, 420, 395, 410, 400, 404], 1200)
CONTROL = change(make_case("control", [400, 412, 392, 404, 396, 402], 40), ordering=FAST.ordering)
RAW = make_case("post", [1000, 1100, 900, 1050, 950, 1000], 20, arm="raw")
FASTER = (replace(turn.sample, wall_ns=turn.sample.wall_ns // 4) for turn in FAST.turns)
ON_GPU = change(FAST, device="gpu", turns=tuple(Turn(number, sample) for number, sample in enumerate(FASTER)))
READINGS = (remember("post", 50, 50), remember("fast", 200, 190), remember("close_second", 10, 10))
FED = (feed("post", 40), feed("post", 85, "step"), feed("fast", 95))
CASES = (POST, FAST, CLOSE, CONTROL, RAW, *READINGS, *FED, mix("buffer_100", 0.25), predict(32, 600))


def make_record(*cases: CaseRecord) -> Record:
    return Record(cases or CASES, MACHINE, "2026-11-23T08:58:00.123456+00:00")


def make_summary(*cases: CaseRecord) -> Summary:
    return summarize(make_record(*cases))


def make_run(*cases: CaseRecord, name: str = "20261123-085800") -> Run:
    return Run(name, make_summary(*cases), (), ())


def write_trace(folder: Path, case: str = "post", **options) -> Path:
    """A trace of 12 steps of 10 ms that wait 8 ms for a map, below `folder` as a run has it."""
    session = folder / "traces" / case / "plugins" / "profile" / "2026_11_23"
    session.mkdir(parents=True)
    file = session / "vm.xplane.pb"
    file.write_bytes(make_space(make_slow_map(**options)).SerializeToString())
    return file


def make_unclear_trace(name: str = "loader") -> Trace:
    """A trace without tf.data, of which the profiler says what is missing."""
    steps = [Made("train", number * 10_000, 10_000, {"step_num": number, "_r": 1}) for number in range(4)]
    session = Session(name, (Host("vm", Path("vm.xplane.pb")),))
    return replace(read_trace({PYTHON: steps}), session=session, notes=("CUPTI was not loaded.",))


def make_traced_run(folder: Path, *cases: CaseRecord) -> Run:
    return replace(make_run(*cases), traces=(load_trace(write_trace(folder)),))
