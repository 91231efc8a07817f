"""Reads a trace back: from its file to the steps, the pipelines and the verdict."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from mnist_core.files.xspace import TraceError
from reports.drawing.numbers import render_ms
from reports.timeline.activity import describe_activity
from reports.timeline.devices import describe_devices, find_device_steps, sum_device_operations, time_devices
from reports.timeline.fetches import Fetches, find_fetches, find_fetching_runs
from reports.timeline.marks import DEVICE, Marks, find_calls, find_marks
from reports.timeline.memory import describe_memory
from reports.timeline.operations import order_operations, sum_operations
from reports.timeline.pipelines import build_pipelines
from reports.timeline.stages import BESIDE, Pipeline
from reports.timeline.steps import Step, count_places, measure_steps
from reports.traces.remarks import explain_input, explain_lost, explain_overlaps, explain_steps, is_jax
from reports.traces.trace import StepKind, Trace
from reports.traces.verdict import InputVerdict, judge_capture, judge_steps
from reports.xplane.events import Capture, clean
from reports.xplane.periods import PS_PER_MS, Period
from reports.xplane.reader import read_capture
from reports.xplane.sessions import Session, find_session, load_content

TRAIN = "train"  # how the names begin of the steps that matter most
NOTHING_RAN = (
    "nothing that the profiler records ended in this capture{of}: start the profiler, run some steps, and stop it then"
)
NO_TF_DATA = "cannot tell from this trace: no tf.data in it, so it does not show how long the steps wait for input"
NOT_FETCHED = "cannot tell from this trace: its steps fetch from none of the tf.data pipelines in it"
NOT_MARKED = "cannot tell from this trace: the host marks no step, so no wait for input can be put down to one"
NO_STEPS = "cannot tell from this trace: neither steps nor tf.data in it"
NO_FETCH = "cannot tell from this trace: no fetch from tf.data ended in the {ms} ms of it: capture longer"


def load_trace(path: Path, session: str | None = None, tell: Callable[[float], None] = lambda _: None) -> Trace:
    """The analysis of the trace at `path`.

    Args:
        path: A file or a folder, see `find_session`.
        session: Name of one session, where the folder holds several.
        tell: Is called with the share of the work that is done, from 0 to 1.

    Raises:
        TraceError: There is no trace, or it cannot be read.

    Example:
        >>> trace = load_trace(Path("runs/before"), "post")
        >>> trace.verdict is None
        False
    """
    return load_session(find_session(path, session), tell)


def load_session(session: Session, tell: Callable[[float], None] = lambda _: None) -> Trace:
    """The analysis of a session of one host.

    Args:
        session: The session.
        tell: Is called with the share of the work that is done, from 0 to 1.

    Raises:
        TraceError: Its file cannot be read.
    """
    capture, num_bytes = _read(session, tell)  # whose bytes are not kept while the capture is analysed
    return analyze(session, num_bytes, capture)


def _read(session: Session, tell: Callable[[float], None]) -> tuple[Capture, int]:
    content = load_content(session.path)
    try:
        return read_capture(content, tell), len(content)
    except TraceError as error:
        raise TraceError(f"{clean(str(session.path))} {error}") from error


def analyze(session: Session, num_bytes: int, capture: Capture) -> Trace:
    """The trace that a capture makes; pure.

    Args:
        session: The capture that the events come from.
        num_bytes: Size of its file.
        capture: What the host and the devices did.
    """
    host, devices = capture.host, capture.devices
    marks = find_marks(host)
    if not len(marks):
        marks = find_device_steps(devices) or find_calls(host, find_fetching_runs(host))
    fetches = find_fetches(host, marks)
    pipelines = build_pipelines(host, marks, fetches)
    time_ = time_devices(host, devices, marks)
    steps = measure_steps(host, marks, fetches, pipelines, time_)
    places = _find_seen(steps, pipelines)
    kinds = _group_steps(marks, [steps[place] for place in places])
    span = _find_span(capture)
    verdict, outside = _judge(span, marks, fetches, pipelines, kinds)
    pipelines = _put_first(kinds, pipelines, outside=outside)
    chosen = [place for place in places if marks.names[place] == kinds[0].name]
    jax = is_jax(host)
    remarks = explain_steps(host, marks) if len(host) or len(devices) else []
    remarks += explain_overlaps(marks)
    remarks += explain_lost(len(count_places(len(steps))) - len(places))
    remarks += explain_input(
        pipelines, outside=outside, input_bound=verdict is not None and verdict.is_input_bound, jax=jax
    )
    return Trace(
        session=session,
        num_bytes=num_bytes,
        capture_ms=(span[1] - span[0]) / PS_PER_MS,
        notes=(*capture.errors, *capture.warnings),
        origin=marks.origin,
        kinds=kinds,
        num_device_events=len(devices),
        pipelines=pipelines,
        operations=order_operations([*sum_operations(host), *sum_device_operations(devices)]),
        devices=describe_devices(devices, marks, time_, span),
        memory=describe_memory(host),
        computes_with_jax=jax,
        activity=None if verdict or marks.origin == DEVICE else describe_activity(host, marks, chosen),
        verdict=verdict,
        unclear="" if verdict else _say_why(capture, span, marks, pipelines),
        remarks=tuple(remarks),
    )


def _find_seen(steps: Sequence[Step], pipelines: Sequence[Pipeline]) -> list[int]:
    """The places of the steps that count; of loops inside graphs those of which the trace holds the loop's calls."""
    places = list(count_places(len(steps)))
    if not any(pipeline.serves and pipeline.loops for pipeline in pipelines):
        return places
    return [place for place in places if steps[place].input_ns] or places


def _group_steps(marks: Marks, steps: Sequence[Step]) -> tuple[StepKind, ...]:
    """The steps by name: those of a training first, then those that took longest, together; none that are all cut."""
    by_name: defaultdict[str, list[Step]] = defaultdict(list)
    for step in steps:
        by_name[step.kind].append(step)
    counts = Counter(marks.names)
    kinds = [StepKind(name, count, tuple(by_name[name])) for name, count in counts.items()]
    return tuple(sorted(kinds, key=_rank))


def _rank(kind: StepKind) -> tuple[bool, bool, int]:
    return not kind.steps, not kind.name.lower().startswith(TRAIN), -kind.total_ns


def _put_first(kinds: Sequence[StepKind], pipelines: Sequence[Pipeline], *, outside: bool) -> tuple[Pipeline, ...]:
    """The pipelines, those on which the verdict rests before the others.

    Args:
        kinds: The steps by their names.
        pipelines: The pipelines.
        outside: True if the input is fetched between the steps, and not by the first kind of them.
    """

    def is_other(pipeline: Pipeline) -> bool:
        return pipeline.consumer != BESIDE if outside else not kinds or kinds[0].name not in pipeline.serves

    return tuple(sorted(pipelines, key=is_other))


def _judge(
    span: Period, marks: Marks, fetches: Fetches, pipelines: Sequence[Pipeline], kinds: Sequence[StepKind]
) -> tuple[InputVerdict | None, bool]:
    """The verdict, and whether it is of the capture since the input is fetched outside of the steps."""
    if kinds:
        name = kinds[0].name
        fetched = any(fetches.fetching[place] for place in range(len(marks)) if marks.names[place] == name)
        verdict = judge_steps(kinds[0].steps)
        if fetched or (verdict is not None and verdict.is_input_bound):
            return verdict, False
        if len(fetches.waits_beside):
            return judge_capture(span, fetches.waits_beside), True
        return None, False
    waits = pipelines[0].waits if pipelines else fetches.waits_beside
    return (judge_capture(span, waits) if len(waits) else None), False


def _find_span(capture: Capture) -> Period:
    """When the profiler ran: from the first event on, and for as long as it notes, or until the last event."""
    start, end = capture.host.span or capture.devices.span or (0, 0)
    return start, max(end, start + (capture.duration_ps or 0))


def _say_why(capture: Capture, span: Period, marks: Marks, pipelines: Sequence[Pipeline]) -> str:
    """Why there is no verdict."""
    ms = render_ms((span[1] - span[0]) / PS_PER_MS)
    if not len(capture.host) and not len(capture.devices):
        return NOTHING_RAN.format(of=f" of {ms} ms" if capture.duration_ps else "")
    if not len(marks):
        return NO_FETCH.format(ms=ms) if pipelines else NO_STEPS
    if marks.origin == DEVICE:
        return NOT_MARKED
    return NOT_FETCHED if pipelines else NO_TF_DATA
