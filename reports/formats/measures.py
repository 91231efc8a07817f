"""What is exported of a case: numbers in base units, each with a name that ends with its unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reports.record.record import Capture, CaseRecord
from reports.stats.median import Estimate, estimate_median
from reports.summary.estimates import estimate_rate, read_turns
from reports.summary.metric import NANOSECONDS
from reports.tables.captures import estimate_cost


@dataclass(frozen=True)
class Measure:
    """One number of a case.

    Args:
        name: with the unit last; also the column's name, a metric's tag and, with hyphens, Bencher's slug.
        has_interval: False for what is read or computed once.
        estimate: of a case; None if the case does not have it.
    """

    name: str
    has_interval: bool
    estimate: Callable[[CaseRecord], Estimate | None]


def _of_turns(name: str, metric: str) -> Measure:
    """The median over the turns of one of the metrics of `reports.summary.estimates`."""

    def estimate(case: CaseRecord) -> Estimate | None:
        values = list(read_turns(metric, case).values())
        return estimate_median(values) if values else None

    return Measure(name, True, estimate)


def _of_memory(name: str) -> Measure:
    """A field of the memory reading."""

    def estimate(case: CaseRecord) -> Estimate | None:
        value = getattr(case.memory, name, None)
        return None if value is None else Estimate(value, None, None, 1)

    return Measure(name, False, estimate)


def _estimate_s(step_ns: Sequence[int]) -> Estimate:
    return estimate_median([each / NANOSECONDS for each in step_ns])


def _read_input_share(capture: Capture | None) -> Estimate | None:
    return None if capture is None else Estimate(capture.input_share, None, None, 1)


def _of_capture(name: str, estimate: Callable[[Capture], Estimate]) -> Measure:
    """A number of the profiler trace."""
    return Measure(name, True, lambda case: None if case.capture is None else estimate(case.capture))


RATE = Measure("examples_per_s", True, lambda case: estimate_rate(case) if case.turns else None)
TIME = _of_turns("s_per_example", "time")
FIRST_BATCH = _of_turns("first_batch_s", "first_batch")
CPU_TIME = _of_turns("cpu_s_per_example", "cpu")
BUSY_SHARE = _of_turns("busy_share", "busy")
ACCURACY = _of_turns("accuracy", "accuracy")
LIVE_BYTES = _of_memory("live_bytes")
PEAK_BYTES = _of_memory("peak_bytes")
GPU_PEAK_BYTES = _of_memory("gpu_peak_bytes")
MEASURES = (
    RATE,
    TIME,
    FIRST_BATCH,
    CPU_TIME,
    BUSY_SHARE,
    ACCURACY,
    _of_turns("displacement", "displacement"),
    _of_turns("label_runs", "label_runs"),
    LIVE_BYTES,
    _of_memory("predicted_bytes"),
    PEAK_BYTES,
    _of_memory("kept_bytes"),
    _of_memory("kept_after_trim_bytes"),
    _of_memory("source_bytes"),
    GPU_PEAK_BYTES,
    _of_capture("step_s", lambda capture: _estimate_s(capture.plain_step_ns)),
    _of_capture("traced_step_s", lambda capture: _estimate_s(capture.step_ns)),
    _of_capture("profiler_cost_share", estimate_cost),
    Measure("input_share", False, lambda case: _read_input_share(case.capture)),
)
