"""Traces for the bench: every other block of steps is profiled, what is written is read back, and faults are told."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from meters import make_meter

from bench.cases.selection import build_case
from bench.consumers.traced import TIMED, WINDOW
from bench.machine.device import ComputeDevice
from bench.turns.captured import FOLDER, check_trace, load_capture, name_folder
from mnist_core.digits.load import Digits
from mnist_core.files.xspace import TraceError
from mnist_core.profiling.window import StepWindow
from reports.record.capture import StepTimes
from reports.record.case import Case
from reports.stats.median import FEWEST_VALUES
from reports.timeline.marks import CALLS
from reports.traces.reading import load_trace
from reports.traces.trace import StepKind, Trace
from reports.traces.verdict import CAPTURE

CASE = build_case("shuffle(10).batch(8).map().prefetch(2)", "traced")
CASE_FOLDER = Path(FOLDER) / name_folder(CASE)
STEP_NS = 3_000_000


class FakeClock:
    """A step takes longer from block to block, whoever asks."""

    def __init__(self) -> None:
        self.readings = 0

    def wall_ns(self) -> int:
        """Block number n takes n times `STEP_NS` a step between its two readings."""
        self.readings += 1
        block, is_end = divmod(self.readings - 1, 2)
        return is_end * (block + 1) * STEP_NS * len(TIMED)

    def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def times(run: Path, digits: Digits) -> StepTimes:
    return make_meter(CASE, digits, FakeClock()).capture(run / CASE_FOLDER)


@pytest.fixture(scope="module")
def file(times: StepTimes, run: Path) -> Path:
    (only,) = run.rglob("*.xplane.pb")
    return only


@pytest.fixture(scope="module")
def trace(file: Path) -> Trace:
    return load_trace(file)


def test_plain_and_profiled_blocks_take_turns_after_one_that_does_not_count(times: StepTimes) -> None:
    assert times.plain_ns == tuple(STEP_NS * block for block in range(2, 2 * FEWEST_VALUES + 2, 2))
    assert times.profiled_ns == tuple(STEP_NS * block for block in range(3, 2 * FEWEST_VALUES + 3, 2))


def log_a_capture(digits: Digits, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a capture did, in order: turned the profiler on and off, waited for the device, read the clock."""
    log: list[str] = []

    class FakeProfiler:
        def __init__(self, folder: Path, window: StepWindow) -> None: ...

        def __enter__(self) -> "FakeProfiler":
            log.append("on")
            return self

        def __exit__(self, *error: object) -> None:
            log.append("off")

        def mark(self, step: int) -> AbstractContextManager[None]:
            return nullcontext()

    class LoggingClock(FakeClock):
        def wall_ns(self) -> int:
            log.append("clock")
            return super().wall_ns()

    monkeypatch.setattr("bench.consumers.traced.StepProfiler", FakeProfiler)
    make_meter(CASE, digits, LoggingClock(), device=ComputeDevice("CPU:0", lambda: log.append("wait"))).capture(folder)
    return log


def test_no_plain_block_runs_under_the_profiler_and_every_reading_of_the_clock_waits_for_the_device(
    digits: Digits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = ["wait", "clock", "wait", "clock"]
    log = log_a_capture(digits, tmp_path, monkeypatch)
    assert log == [*block, *([*block, "on", *block, "off"] * FEWEST_VALUES)]


def test_the_timed_steps_are_all_profiled_and_the_writing_of_the_file_is_not_timed() -> None:
    assert WINDOW.start < TIMED.start
    assert TIMED.stop < WINDOW.stop


def test_only_the_last_trace_is_kept_in_tensorboards_layout(file: Path, run: Path) -> None:
    case, plugins, profile, _session, _host = file.relative_to(run / FOLDER).parts
    assert (case, plugins, profile) == (name_folder(CASE), "plugins", "profile")


@pytest.mark.process
def test_what_is_read_back_goes_into_the_record(times: StepTimes, run: Path, file: Path, trace: Trace) -> None:
    capture = load_capture(run, CASE_FOLDER, times, "cpu")
    assert capture.folder == f"traces/{name_folder(CASE)}"
    assert capture.num_bytes == file.stat().st_size
    assert capture.num_markers == WINDOW.stop - WINDOW.start
    assert capture.step_ns == tuple(step.duration_ns for step in trace.steps)
    assert len(capture.step_ns) == capture.num_markers - 2, "xprof leaves out the first and the last, which may be cut"
    assert capture.input_share == trace.verdict.input_share
    assert capture.slowest_stage == trace.pipelines[0].slowest.name
    assert capture.plain_step_ns == times.plain_ns
    assert capture.profiled_step_ns == times.profiled_ns


@pytest.mark.process
def test_the_newest_of_several_traces_is_read(times: StepTimes, file: Path, tmp_path: Path) -> None:
    for session, content in (("2026_11_23_08_57_40", file.read_bytes()), ("2026_11_23_08_57_39", b"an older one")):
        old = tmp_path / CASE_FOLDER / "plugins" / "profile" / session / "vm.xplane.pb"
        old.parent.mkdir(parents=True)
        old.write_bytes(content)
    assert load_capture(tmp_path, CASE_FOLDER, times, "cpu").num_bytes == file.stat().st_size


def test_no_trace_is_not_called_good(times: StepTimes, tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="does not exist"):
        load_capture(tmp_path, CASE_FOLDER, times, "cpu")


@pytest.mark.process
@pytest.mark.parametrize(
    ("device", "spoil", "reason"),
    [
        ("cpu", lambda trace: replace(trace, kinds=()), "has no step marker"),
        ("cpu", lambda trace: replace(trace, origin=CALLS), "has no step marker"),
        (
            "cpu",
            lambda trace: replace(trace, kinds=(StepKind("train", 2, ()),), remarks=("No idea.",)),
            "markers but no step: No idea",
        ),
        (
            "cpu",
            lambda trace: replace(trace, verdict=None, unclear="cannot tell"),
            "does not show how long its steps wait for input: cannot tell$",
        ),
        (
            "cpu",
            lambda trace: replace(
                trace, verdict=replace(trace.verdict, of=CAPTURE), remarks=("The input is fetched outside.",)
            ),
            "does not show how long its steps wait for input: The input is fetched outside",
        ),
        ("cpu", lambda trace: replace(trace, pipelines=()), "no host events of tf.data and of operations"),
        ("cpu", lambda trace: replace(trace, operations=()), "no host events of tf.data and of operations"),
        ("gpu", lambda trace: trace, "no device events: the profiler needs libcupti"),
    ],
)
def test_a_trace_that_lacks_something_is_not_called_good(
    trace: Trace, device: str, spoil: Callable[[Trace], Trace], reason: str
) -> None:
    with pytest.raises(TraceError, match=reason):
        check_trace(spoil(trace), device)


@pytest.mark.process
def test_a_whole_trace_is_called_good(trace: Trace) -> None:
    check_trace(trace, "cpu")
    check_trace(replace(trace, num_device_events=1), "gpu")


def test_a_file_that_is_cut_short_is_not_called_good(times: StepTimes, file: Path, tmp_path: Path) -> None:
    cut = tmp_path / CASE_FOLDER / "plugins" / "profile" / "s" / "vm.xplane.pb"
    cut.parent.mkdir(parents=True)
    cut.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(TraceError, match=r"vm\.xplane\.pb"):
        load_capture(tmp_path, CASE_FOLDER, times, "cpu")


@pytest.mark.parametrize(
    ("case", "name"),
    [
        (build_case("post", "traced"), "post-traced-default-cpu"),
        (CASE, "shuffle_10_.batch_8_.map_.prefetch_2_-traced-default-cpu"),
        (build_case("map(parallel=2).batch(8)", "traced"), "map_parallel=2_.batch_8_-traced-default-cpu"),
    ],
)
def test_a_folder_has_the_cases_id_as_far_as_a_shell_takes_it(case: Case, name: str) -> None:
    assert name_folder(case) == name


def test_a_folders_name_is_not_too_long_for_a_file_system() -> None:
    long = build_case(".".join(["shuffle(10)"] * 40) + ".batch(8).map()", "traced")
    assert len(name_folder(long)) <= 150
    assert name_folder(long).endswith("-traced-default-cpu")
