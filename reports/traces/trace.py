"""What a profiler trace means: the steps, whether input holds them up, and which stage of the pipeline does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mnist_core.files.xspace import TraceError, parse_space
from mnist_core.files.xspace_repair import mark_roots
from reports.stats.median import Estimate, estimate_median
from reports.traces.pipelines import build_pipelines
from reports.traces.remarks import explain_input, explain_steps
from reports.traces.stages import PICOSECONDS, Pipeline
from reports.xplane.events import Events, read_events
from reports.xplane.files import Session, find_session, load_content
from reports.xplane.intervals import Interval, intersect, measure, merge
from reports.xplane.xprof import Operation, Step, Tables, XprofError, read_tables

MODERATE, HIGH = 0.05, 0.20
"""From this share of the step time on, a program is moderately or highly input-bound.

Source: openxla/xprof, ``op_stats_to_input_pipeline_analysis.cc``, kModeratelyInfeedBoundThresholdInPercent and
kHighlyInfeedBoundThresholdInPercent: what TensorBoard's Profile tab says too.
"""
INSIDE = 0.5  # of the input's wait must fall into the marked steps, or the marks were set around something else
STEPS, CAPTURE = "steps", "capture"

NANOSECONDS = 1_000_000  # in a millisecond


@dataclass(frozen=True)
class Split:
    """Where the time of the steps went, as shares of 1."""

    input: float
    host: float
    device: float
    launch: float
    other: float


@dataclass(frozen=True)
class Verdict:
    """Whether the consumer waits for its input.

    Args:
        input_share: of the time, 0 to 1, that was a wait for input.
        of: "steps" if it is a share of the marked steps; "capture" of the whole capture, where steps say nothing.
        bound: "highly input-bound", "moderately input-bound" or "not input-bound".
    """

    input_share: float
    of: str
    bound: str

    @property
    def is_input_bound(self) -> bool:
        """True from the lower threshold on."""
        return self.input_share >= MODERATE


@dataclass(frozen=True)
class Trace:
    """All that is read from one trace.

    Args:
        session: which capture.
        num_bytes: of its file.
        capture_ms: from the first event of the host to the last.
        num_marks: events with a step number, whether or not xprof takes them for steps.
        num_device_events: on GPUs and other devices.
        steps: as xprof finds them; it leaves out the first and the last of many, which may be cut.
        pipelines: of tf.data; the one that was waited for longest comes first.
        operations: the longest first.
        verdict: None where neither steps nor tf.data ran.
        remarks: what cannot be said of this trace, why, and what to do; a paragraph each.
    """

    session: Session
    num_bytes: int
    capture_ms: float
    num_marks: int
    num_device_events: int
    steps: tuple[Step, ...]
    pipelines: tuple[Pipeline, ...]
    operations: tuple[Operation, ...]
    verdict: Verdict | None
    remarks: tuple[str, ...]

    @property
    def step_ms(self) -> Estimate | None:
        """The median step and its interval."""
        return estimate_median([step.duration_ns / NANOSECONDS for step in self.steps]) if self.steps else None

    @property
    def mean_step_ms(self) -> float | None:
        """The mean step: the number that TensorBoard shows."""
        return sum(step.duration_ns for step in self.steps) / len(self.steps) / NANOSECONDS if self.steps else None

    @property
    def num_rounds(self) -> int:
        """Steps captured, cut ones included; elements fetched where none is marked; at least 1."""
        fetched = self.pipelines[0].stages[0].num_calls if self.pipelines else 0
        return max(1, self.num_marks or fetched)

    @property
    def split(self) -> Split | None:
        """Where the time of all steps went, together."""
        return _split(self.steps) if any(step.duration_ns for step in self.steps) else None


def load_trace(path: Path, session: str | None = None) -> Trace:
    """The analysis of the trace at `path`.

    Args:
        path: a file or a folder, see `find_session`.
        session: which one, where the folder holds several.

    Raises:
        TraceError: there is none, or it cannot be read.

    Example:
        >>> trace = load_trace(Path("runs/before"), "post")
        >>> trace.verdict is None
        False
    """
    found = find_session(path, session)
    content = load_content(found.path)
    try:
        space = parse_space(content)
    except TraceError as error:
        raise TraceError(f"{found.path} {error}") from error
    events = read_events(space)
    if events.span is None:
        raise TraceError(f"{found.path} holds no event of the host: capture it with host_tracer_level 1 or more.")
    num_bytes = len(content)
    if not events.has_root_marks and events.marks:
        mark_roots(space)
        content = space.SerializeToString()
    try:
        return analyze(found, num_bytes, events, read_tables(content))
    except XprofError as error:
        failure = f"Steps and operations are missing: xprof could not read the trace, {error}."
        return analyze(found, num_bytes, events, Tables((), ()), failure)


def analyze(session: Session, num_bytes: int, events: Events, tables: Tables, failure: str | None = None) -> Trace:
    """The trace that these events and tables make; pure.

    Args:
        session: where they come from.
        num_bytes: of the file.
        events: at least one.
        tables: of xprof; empty if it failed.
        failure: why it did.
    """
    pipelines = build_pipelines(events)
    outside = _is_fetched_outside(events, pipelines)
    steps = tables.steps
    overlooked = _is_overlooked(events, pipelines, steps)
    steps_tell = bool(steps) and not outside and not overlooked
    verdict = _judge_steps(steps) if steps_tell else _judge_capture(events, pipelines)
    input_bound = verdict is not None and verdict.is_input_bound
    remarks = [failure] if failure else explain_steps(events, steps)
    remarks += explain_input(pipelines, outside=outside, overlooked=overlooked, input_bound=input_bound)
    span = events.span or (0, 0)
    capture_ms = (span[1] - span[0]) / PICOSECONDS
    return Trace(
        session=session,
        num_bytes=num_bytes,
        capture_ms=capture_ms,
        num_marks=len(events.marks),
        num_device_events=events.num_device_events,
        steps=steps,
        pipelines=pipelines,
        operations=tables.operations,
        verdict=verdict,
        remarks=tuple(remarks),
    )


def _split(steps: Sequence[Step]) -> Split:
    total = sum(step.duration_ns for step in steps)
    parts = ((step.input_ns, step.host_ns, step.device_ns, step.launch_ns, step.other_ns) for step in steps)
    return Split(*(sum(part) / total for part in zip(*parts, strict=True)))


def _judge_steps(steps: Sequence[Step]) -> Verdict | None:
    """The share over all steps together: a wait that only some steps have holds up the program all the same."""
    if not any(step.duration_ns for step in steps):
        return None
    share = _split(steps).input
    return Verdict(share, STEPS, _name_bound(share))


def _judge_capture(events: Events, pipelines: Sequence[Pipeline]) -> Verdict | None:
    """The share of the capture in which a consumer of tf.data waited."""
    if not pipelines or events.span is None or events.span[0] == events.span[1]:
        return None
    share = measure(_merge_waits(pipelines)) / (events.span[1] - events.span[0])
    return Verdict(share, CAPTURE, _name_bound(share))


def _name_bound(share: float) -> str:
    if share >= HIGH:
        return "highly input-bound"
    return "moderately input-bound" if share >= MODERATE else "not input-bound"


def _is_fetched_outside(events: Events, pipelines: Sequence[Pipeline]) -> bool:
    """True if the consumer waits for input mostly between the marks, and long enough to matter."""
    marked = merge(mark.interval for mark in events.marks)
    if not marked or not pipelines:
        return False
    around = [(marked[0][0], marked[-1][1])]
    waits = intersect(_merge_waits(pipelines), around)
    missed = measure(waits) - measure(intersect(waits, marked))
    return missed > MODERATE * measure(around) and missed > INSIDE * measure(waits)


def _is_overlooked(events: Events, pipelines: Sequence[Pipeline], steps: Sequence[Step]) -> bool:
    """True if xprof counts no wait at all in steps in which the consumer did wait, long enough to matter."""
    if not steps or any(step.input_ns for step in steps):
        return False
    marked = merge(mark.interval for mark in events.marks)
    return measure(intersect(_merge_waits(pipelines), marked)) >= MODERATE * measure(marked)


def _merge_waits(pipelines: Sequence[Pipeline]) -> list[Interval]:
    return merge(interval for pipeline in pipelines for interval in pipeline.waits)
