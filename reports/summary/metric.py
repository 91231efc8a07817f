"""The one table of metrics: the name of each, its words, its unit, which way is better, and how a case is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from reports.drawing.units import ACCURACY_SHARE, BYTES, EXAMPLES_PER_S, FACTOR, SECONDS, SHARE, Unit
from reports.record.capture import Capture
from reports.record.case import REFERENCE
from reports.record.memory import Memory
from reports.record.record import CaseRecord
from reports.record.sample import Mixing, Sample
from reports.stats.median import Estimate, estimate_median

NANOSECONDS = 1_000_000_000  # in a second

Values = Mapping[int, float]
"""Values by the round that they were measured in; a value that was read once stands in round 0."""


@dataclass(frozen=True)
class Metric:
    """One metric. It is read from turns, from the memory reading or from the capture of a case, whichever is given.

    Args:
        name: Name of the metric in options, in JSON and in the file of the claims.
        title: Title of the metric in tables.
        unit: Unit of its values.
        column: Name of its column in exports, which ends with the unit; empty where it is not exported.
        more_is_better: True where a larger value is better; false for times and bytes.
        tells_speed: True where the value depends on how fast the machine is, so that between two machines its ratio is
            about those.
        is_timed: True where it comes from a clock, so that whoever else uses the machine has a part in it.
        of_turn: Function that reads it from one turn; None from it where the turn does not have it.
        of_memory: Function that reads it from a memory reading, likewise.
        of_capture: Function that reads its values from a profiler's trace.
        of_mixing: Function that reads it from the scores of a pass over a pipeline that was read for its mixing.
        is_read_once: True where a case has one value, which has no interval.
        spread: Factor by which one reading differs from the median of many at most; None where readings are not
            compared, or where their turns have an interval.
    """

    name: str
    title: str
    unit: Unit
    column: str = ""
    more_is_better: bool = False
    tells_speed: bool = False
    is_timed: bool = False
    of_turn: Callable[[Sample], float | None] | None = None
    of_memory: Callable[[Memory], float | None] | None = None
    of_capture: Callable[[Capture], Sequence[float]] | None = None
    of_mixing: Callable[[Mixing], float] | None = None
    is_read_once: bool = False
    spread: float | None = None

    def render(self, value: float) -> str:
        """The value as text, with its unit."""
        return self.unit.render(value)

    def read(self, case: CaseRecord) -> Values:
        """The case's values by round; empty where it does not have the metric."""
        if self.of_mixing is not None and case.mixing is not None:
            return dict(enumerate(map(self.of_mixing, case.mixing.passes)))
        if self.of_turn is not None:
            found = {turn.round: self.read_turn(turn.sample) for turn in case.turns}
            return {number: value for number, value in found.items() if value is not None}
        if self.of_memory is not None and case.memory is not None:
            value = self.of_memory(case.memory)
            return {} if value is None else {0: value}
        if self.of_capture is not None and case.capture is not None:
            return dict(enumerate(self.of_capture(case.capture)))
        return {}

    def read_turn(self, sample: Sample) -> float | None:
        """The value of one turn; None where the turn, or any turn, does not have it."""
        return None if self.of_turn is None else self.of_turn(sample)

    def estimate(self, values: Values) -> Estimate | None:
        """The median of the values with its interval, which a single reading does not have; None without values."""
        if not values:
            return None
        return Estimate(values[0], None, None, 1) if self.is_read_once else estimate_median(list(values.values()))


_timed = partial(Metric, tells_speed=True, is_timed=True)


def _find_counted(sample: Sample, whole_ns: int, first_ns: int | None) -> tuple[int, int]:
    """The examples that a time is of, and the nanoseconds that they took.

    Of a part of an epoch the first batch is left out: buffers that fill once would weigh the more, the shorter it is.

    Args:
        sample: The turn.
        whole_ns: All of its time.
        first_ns: As much of it as came before the first batch.
    """
    left, left_ns = sample.num_examples - (sample.num_set_apart or 0), whole_ns - (first_ns or 0)
    if sample.num_set_apart is None or first_ns is None or left <= 0 or left_ns <= 0:
        return sample.num_examples, whole_ns
    return left, left_ns


def _read_rate(sample: Sample) -> float:
    num_examples, wall_ns = _find_counted(sample, sample.wall_ns, sample.first_batch_ns)
    return num_examples * NANOSECONDS / wall_ns


def _read_time(sample: Sample) -> float:
    num_examples, wall_ns = _find_counted(sample, sample.wall_ns, sample.first_batch_ns)
    return wall_ns / NANOSECONDS / num_examples


def _read_cpu_time(sample: Sample) -> float:
    num_examples, cpu_ns = _find_counted(sample, sample.cpu_ns, sample.first_batch_cpu_ns)
    return cpu_ns / NANOSECONDS / num_examples


def _read_first_batch(sample: Sample) -> float | None:
    return None if sample.first_batch_ns is None else sample.first_batch_ns / NANOSECONDS


def _read_busy_share(sample: Sample) -> float | None:
    """The share of a turn, from its first batch on, in which the consumer computed; None for one that only takes.

    The wait for the first batch is left out, as in MLPerf Storage's accelerator utilisation: it is told on its own.
    """
    after_first_ns = sample.wall_ns - (sample.first_batch_ns or 0)
    return None if sample.busy_ns is None or after_first_ns == 0 else sample.busy_ns / after_first_ns


def _of_reading(name: str, title: str, spread: float | None = None) -> Metric:
    """A metric in bytes that is read once."""

    def read(memory: Memory) -> float | None:
        value: int | None = getattr(memory, name)
        return value

    return Metric(name, title, BYTES, name, of_memory=read, is_read_once=True, spread=spread)


def _of_mixing(name: str, title: str) -> Metric:
    """A score of how well a turn, or a pass of a reading, shuffled."""

    def read_pass(mixing: Mixing) -> float:
        value: float = getattr(mixing, name)
        return value

    def read(sample: Sample) -> float | None:
        return None if sample.mixing is None else read_pass(sample.mixing)

    return Metric(name, title, FACTOR, name, more_is_better=True, of_turn=read, of_mixing=read_pass)


def _of_steps(name: str, title: str, field: str) -> Metric:
    """The time of the training steps that a field of a capture lists."""

    def read(capture: Capture) -> list[float]:
        return [duration_ns / NANOSECONDS for duration_ns in getattr(capture, field)]

    return _timed(name, title, SECONDS, f"{name}_s", of_capture=read)


def _read_profiler_cost(capture: Capture) -> list[float]:
    """What the profiler adds to a step, as a share of a step without it, block against block of the same round."""
    blocks = zip(capture.profiled_step_ns, capture.plain_step_ns, strict=True)
    return [profiled / plain - 1 for profiled, plain in blocks]


RATE = _timed("rate", "examples per second", EXAMPLES_PER_S, "examples_per_s", of_turn=_read_rate, more_is_better=True)
TIME = _timed("time", "time per example", SECONDS, "s_per_example", of_turn=_read_time)
RELATIVE = Metric("relative", f"time relative to {REFERENCE} in the same round", FACTOR, is_timed=True)
TURN_TIME = _timed("seconds", "time of a whole turn", SECONDS, of_turn=lambda sample: sample.wall_ns / NANOSECONDS)
FIRST_BATCH = _timed("first_batch", "time to the first batch", SECONDS, "first_batch_s", of_turn=_read_first_batch)
CPU_TIME = _timed("cpu", "CPU time per example", SECONDS, "cpu_s_per_example", of_turn=_read_cpu_time)
BUSY_SHARE = _timed(
    "busy", "share of time in computing", SHARE, "busy_share", of_turn=_read_busy_share, more_is_better=True
)
UNSYNCED_EXCESS = Metric(
    "unsynced",
    "how much too fast a turn would seem whose end does not wait for the device",
    SHARE,
    is_timed=True,
    of_turn=lambda sample: sample.wall_ns / sample.unsynced_ns - 1 if sample.unsynced_ns else None,
)
ACCURACY = Metric(
    "accuracy",
    "accuracy on the test set",
    ACCURACY_SHARE,
    "accuracy",
    more_is_better=True,
    of_turn=lambda sample: sample.accuracy,
)
DISPLACEMENT = _of_mixing("displacement", "how far shuffling moved the examples")
LABEL_RUNS = _of_mixing("label_runs", "how often the label changes")
# One reading of a case's bytes in a process of its own stands for the others: they differ by less than this, as a
# factor, from their median (docs/claims.md has the command and what it gave). Resident memory counts whole pages.
LIVE_BYTES = _of_reading("live_bytes", "live heap beyond the source", spread=1.06)
SOURCE_BYTES = _of_reading("source_bytes", "resident memory of the source", spread=1.15)
PREDICTED_BYTES = _of_reading("predicted_bytes", "live heap that the ordering's text predicts")
PEAK_BYTES = _of_reading("peak_bytes", "resident memory at the peak")
KEPT_BYTES = _of_reading("kept_bytes", "resident memory that is kept after the release")
KEPT_AFTER_TRIM_BYTES = _of_reading("kept_after_trim_bytes", "resident memory that is kept after malloc_trim")
GPU_PEAK_BYTES = _of_reading("gpu_peak_bytes", "memory of the GPU at the peak")
STEP_TIME = _of_steps("step", "time of a training step", "plain_step_ns")
TRACED_STEP_TIME = _of_steps("traced_step", "time of a training step in the trace", "step_ns")
PROFILER_COST = Metric(
    "profiler_cost",
    "what the profiler adds to a step",
    SHARE,
    "profiler_cost_share",
    is_timed=True,
    of_capture=_read_profiler_cost,
)
INPUT_SHARE = Metric(
    "input",
    "share of the steps that is a wait for input",
    SHARE,
    "input_share",
    is_timed=True,
    of_capture=lambda capture: (capture.input_share,),
    is_read_once=True,
)
METRICS = (
    *(RATE, TIME, RELATIVE, TURN_TIME, FIRST_BATCH, CPU_TIME, BUSY_SHARE, UNSYNCED_EXCESS),
    *(ACCURACY, DISPLACEMENT, LABEL_RUNS),
    *(LIVE_BYTES, PREDICTED_BYTES, PEAK_BYTES, KEPT_BYTES, KEPT_AFTER_TRIM_BYTES, SOURCE_BYTES, GPU_PEAK_BYTES),
    *(STEP_TIME, TRACED_STEP_TIME, PROFILER_COST, INPUT_SHARE),
)
ROUND_TIME = replace(
    TIME, title="time of a round", column="s_per_round"
)  # of other projects' files, which tell of no examples


def name_relative(metric: Metric, reference: str) -> Metric:
    """The metric with the name of what it is relative to in its title, where it is relative to something else."""
    if metric.name != RELATIVE.name or reference == REFERENCE:
        return metric
    return replace(metric, title=f"time relative to {reference} in the same round")
