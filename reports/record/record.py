"""The record of one run: pytest-benchmark's JSON, with what it has no field for under one versioned key.

With `record_file`, which reads it, the sole owner of the stored names.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

KEY = "mnist_bench"  # within extra_info of every benchmark
FORMAT = 3
REFERENCE = "post"  # the name of the ordering that every ratio is to
UNKNOWN_PROCESSOR = "unknown processor"
FINGERPRINT_DIGITS = 12  # shown of a SHA-256: as many as git users are used to; the record has all 64
CONTROL = "control"  # the name under which one case is measured a second time
UNKNOWN_COUNTS = (
    *("first_batch_ns", "busy_ns", "involuntary_switches", "run_queue_wait_ns", "foreign_cpu_ns"),
    "unsynced_ns",
)
COUNTS = ("wall_ns", "cpu_ns", "num_examples", *UNKNOWN_COUNTS)  # of a sample; the unknown ones may be None
BYTE_COUNTS = (
    *("predicted_bytes", "live_bytes", "peak_bytes", "kept_bytes", "kept_after_trim_bytes"),
    *("gpu_peak_bytes", "source_bytes"),
)  # of memory; all but the first may be None
MIN_JUDGED_NS = (
    200_000_000  # of a turn: the system counts in ticks, which would call a shorter one contaminated by chance
)
MAX_COUNT = 2**63 - 1  # nanoseconds or bytes; more is no measurement, and too large for a float


@dataclass(frozen=True)
class Mixing:
    """How well a pass over the data was shuffled, 0 (unmoved) to 1 (a uniform permutation), see `reports.stats.mixing`.

    Args:
        displacement: by how far the examples moved.
        label_runs: by how often the label changes, where the data came sorted by label.
    """

    displacement: float
    label_runs: float

    def __post_init__(self) -> None:
        for name in ("displacement", "label_runs"):
            _check_share(f"Mixing.{name}", getattr(self, name))


def _check_count(name: str, value: object) -> None:
    if type(value) is not int or value < 0:
        raise ValueError(f"{name} must be int and not negative, got {value!r}.")
    if value > MAX_COUNT:
        raise ValueError(f"{name} is larger than anything that was ever counted.")


def _check_share(name: str, value: object) -> None:
    if type(value) not in (int, float) or not 0 <= value <= 1:  # type: ignore[operator]  # a number by then
        raise ValueError(f"{name} must be a number from 0 to 1, got {value!r}.")


@dataclass(frozen=True)
class Sample:
    """One turn: a fresh iterator, one whole epoch; or one training.

    Args:
        wall_ns: from the making of the iterator to the last batch.
        cpu_ns: CPU time of the process, all threads, in the same window.
        first_batch_ns: from the making of the iterator to the first batch; None where Keras makes the iterator.
        num_examples: counted from the batches that arrived.
        busy_ns: how long the consumer computed; None for one that only takes.
        involuntary_switches: times that the system took a core away from the process.
        run_queue_wait_ns: that its threads were ready and waited for a core.
        foreign_cpu_ns: CPU time that everybody else used, stolen time included, all cores together.
        contaminated: the others used more than the rule, fixed in advance, allows; never below `MIN_JUDGED_NS`.
        accuracy: on the test set, 0 to 1, of the model that the turn trained; None where it trains none.
        mixing: how well the turn's epoch was shuffled; None where it was not asked.
        unsynced_ns: to the moment when the last call had returned and the device was not waited for yet: what the turn
            would seem to take without synchronisation. None where no call leaves work behind.
    """

    wall_ns: int
    cpu_ns: int
    first_batch_ns: int | None
    num_examples: int
    busy_ns: int | None = None
    involuntary_switches: int | None = None
    run_queue_wait_ns: int | None = None
    foreign_cpu_ns: int | None = None
    contaminated: bool = False
    accuracy: float | None = None
    mixing: Mixing | None = None
    unsynced_ns: int | None = None

    def __post_init__(self) -> None:
        for name in COUNTS:
            value = getattr(self, name)
            if value is None and name in UNKNOWN_COUNTS:
                continue
            _check_count(f"Sample.{name}", value)
        if type(self.contaminated) is not bool:
            raise ValueError(f"Sample.contaminated must be bool, got {self.contaminated!r}.")
        if self.accuracy is not None:
            _check_share("Sample.accuracy", self.accuracy)
        if self.wall_ns == 0 or self.num_examples == 0:
            raise ValueError("Sample.wall_ns and Sample.num_examples must be above 0.")


@dataclass(frozen=True)
class Choice:
    """A number that AUTOTUNE chose for a stage, such as MapAndBatch, parallelism, 2."""

    stage: str
    parameter: str
    value: int


@dataclass(frozen=True)
class Program:
    """What TensorFlow really ran: the stages after its rewrites, the last first, and what AUTOTUNE chose."""

    chain: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class HeapReading:
    """The live heap at one moment.

    Args:
        elapsed_ns: since the pipeline began to fill.
        live_bytes: beyond what was live then.
    """

    elapsed_ns: int
    live_bytes: int

    def __post_init__(self) -> None:
        for name in ("elapsed_ns", "live_bytes"):
            _check_count(f"HeapReading.{name}", getattr(self, name))


@dataclass(frozen=True)
class Memory:
    """What a pipeline holds, in bytes; None where the platform has no source.

    Args:
        predicted_bytes: from the spec alone, of what the iterator and the cache hold.
        live_bytes: on the heap, beyond the source, when the pipeline holds most.
        peak_bytes: of resident memory above the baseline.
        kept_bytes: that the allocator keeps after all is released.
        kept_after_trim_bytes: that it keeps after malloc_trim.
        gpu_peak_bytes: in use by TensorFlow's allocator on the GPU, at most; None without one.
        reading_ns: how long the reading took.
        source_bytes: of resident memory, at most, that the making of a process' first dataset over the data and its
            first batch add, all buffers left out.
        series: the live heap from the first moment of filling until all is released, in order; empty where the
            platform has no source, and in older records.
    """

    predicted_bytes: int
    live_bytes: int | None
    peak_bytes: int | None
    kept_bytes: int | None
    kept_after_trim_bytes: int | None
    gpu_peak_bytes: int | None = None
    reading_ns: int = 0
    source_bytes: int | None = None
    series: tuple[HeapReading, ...] = ()

    def __post_init__(self) -> None:
        for name in BYTE_COUNTS:
            value = getattr(self, name)
            if value is not None or name == "predicted_bytes":
                _check_count(f"Memory.{name}", value)


@dataclass(frozen=True)
class Capture:
    """A profiler trace of training steps that was read back, and what profiling cost.

    Args:
        folder: TensorBoard's log folder that holds it, as seen from the record's.
        num_bytes: of its file.
        num_markers: steps in the file.
        step_ns: the steps that xprof takes, one by one.
        input_share: of their time, 0 to 1, that was a wait for input.
        slowest_stage: of tf.data, as TensorFlow names it.
        plain_step_ns: the mean step without the profiler, round by round.
        profiled_step_ns: the mean step under the profiler, in the same rounds.
    """

    folder: str
    num_bytes: int
    num_markers: int
    step_ns: tuple[int, ...]
    input_share: float
    slowest_stage: str
    plain_step_ns: tuple[int, ...]
    profiled_step_ns: tuple[int, ...]

    def __post_init__(self) -> None:
        _check_share("Capture.input_share", self.input_share)
        for name in ("step_ns", "plain_step_ns", "profiled_step_ns"):
            values = getattr(self, name)
            object.__setattr__(self, name, tuple(values))  # a list, as it comes from a file
            if not values or any(type(value) is not int or value <= 0 for value in values):
                raise ValueError(f"Capture.{name} must be ints above 0, at least one, got {values!r}.")
        if len(self.plain_step_ns) != len(self.profiled_step_ns):
            raise ValueError("Capture.plain_step_ns and Capture.profiled_step_ns must have the same rounds.")
        for name in ("num_bytes", "num_markers"):
            if type(getattr(self, name)) is not int or getattr(self, name) < 1:
                raise ValueError(f"Capture.{name} must be an int >= 1, got {getattr(self, name)!r}.")


@dataclass(frozen=True)
class Turn:
    """A sample and the round it was measured in; turns of one round belong together."""

    round: int
    sample: Sample

    def __post_init__(self) -> None:
        _check_count("Turn.round", self.round)


@dataclass(frozen=True)
class Setting:
    """On what a case was measured: the data and the versions. Only equal data may be compared."""

    data_name: str
    data_fingerprint: str
    versions: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        for name in ("data_name", "data_fingerprint"):
            if not isinstance(getattr(self, name), str):
                raise TypeError(f"Setting.{name} must be text, got {getattr(self, name)!r}")


@dataclass(frozen=True)
class DeviceUse:
    """Which device was asked for, which was used, and how that is known.

    Args:
        asked: "cpu" or "gpu".
        found: the kinds of device that TensorFlow saw, one for each.
        used: where the case computed.
        model: of the GPU; None for a CPU, which the record's machine names.
        driver: of the GPU.
        memory_bytes: of the GPU; None where nothing tells.
        xla: whether XLA compiled what was computed; None where nothing but the pipeline computes.
        proof: the placement that was seen, in words.
    """

    asked: str
    found: tuple[str, ...]
    used: str
    model: str | None
    driver: str | None
    memory_bytes: int | None
    xla: bool | None
    proof: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "found", tuple(self.found))  # a list, as it comes from a file
        if not all(isinstance(each, str) for each in (self.asked, *self.found, self.used, self.proof)):
            raise TypeError("DeviceUse.asked, found, used and proof must be text")
        if self.asked != self.used:
            raise ValueError(f"it asked for the device {self.asked} and used {self.used}")


@dataclass(frozen=True)
class CaseRecord:
    """One case with all its turns.

    Args:
        name: the ordering's name.
        ordering: its text.
        consumer: what took the batches.
        arm: "default" or another set of TensorFlow's rewrites.
        device: "cpu" or "gpu".
        setting: data and versions.
        seed: of the random order of turns.
        warm_up: the sample of the turn that is not counted; None for a case that is not timed.
        turns: in the order of their rounds; none for a case that is not timed.
        step_ms: of the emulated accelerator.
        program: what TensorFlow really ran.
        memory: for a case that measures it.
        group: the cases that were measured together; only their turns may be paired by round.
        choices: what sets the case apart from the others of its ordering, such as ("source", "png").
        capture: for a case that was traced.
        device_use: asked for, found and used; None in records of formats 1 and 2.
    """

    name: str
    ordering: str
    consumer: str
    arm: str
    device: str
    setting: Setting
    seed: int
    warm_up: Sample | None
    turns: tuple[Turn, ...]
    step_ms: float | None = None
    program: Program | None = None
    memory: Memory | None = None
    group: str = "orderings"
    choices: tuple[tuple[str, str], ...] = ()
    capture: Capture | None = None
    device_use: DeviceUse | None = None

    def __post_init__(self) -> None:
        for name in ("name", "ordering", "consumer", "arm", "device", "group"):
            if not isinstance(getattr(self, name), str):
                raise TypeError(f"{name} must be text, got {getattr(self, name)!r}")
        if self.step_ms is not None and type(self.step_ms) not in (int, float):
            raise TypeError(f"step_ms must be a number, got {self.step_ms!r}")
        if not self.turns and self.memory is None and self.capture is None:
            raise ValueError("it has neither turns nor memory nor a trace")
        if self.device_use is not None and self.device_use.used != self.device:
            raise ValueError(f"it is a {self.device} case that used {self.device_use.used}")

    def to_extra_info(self) -> dict[str, Any]:
        """What pytest-benchmark stores as ``extra_info``."""
        fields = dataclasses.asdict(self)
        fields["setting"]["versions"] = dict(self.setting.versions)
        fields["choices"] = dict(self.choices)
        return {KEY: {"format": FORMAT, **fields}}


@dataclass(frozen=True)
class Machine:
    """Where the run took place.

    Args:
        cpu: the processor's name.
        num_cores: that the run was allowed to use.
        system: such as Linux.
    """

    cpu: str
    num_cores: int
    system: str


@dataclass(frozen=True)
class Record:
    """One run: its cases, at least one and all on the same data, the machine and the time in ISO 8601.

    Example:
        >>> record = load_record(Path("runs/before"))
        >>> later = Record(record.cases[:3], record.machine, "2026-11-27T17:00:00+00:00")
    """

    cases: tuple[CaseRecord, ...]
    machine: Machine
    datetime: str

    def __post_init__(self) -> None:
        if not self.cases:
            raise ValueError("it holds no benchmark")
        if len({case.setting.data_fingerprint for case in self.cases}) > 1:
            raise ValueError("its benchmarks were measured on different data and cannot be compared")
