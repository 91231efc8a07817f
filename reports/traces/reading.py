"""Reads a trace back: from its file to the steps, the pipelines and the verdict."""

from __future__ import annotations

from pathlib import Path

from mnist_core.files.xspace import TraceError, parse_space
from mnist_core.files.xspace_repair import mark_roots
from reports.traces.pipelines import build_pipelines
from reports.traces.remarks import explain_input, explain_steps
from reports.traces.trace import Trace
from reports.traces.verdict import is_fetched_outside, is_overlooked, judge_capture, judge_steps
from reports.xplane.events import Events, read_events
from reports.xplane.periods import PS_PER_MS
from reports.xplane.sessions import Session, find_session, load_content
from reports.xplane.xprof import Tables, XprofError, read_tables


def load_trace(path: Path, session: str | None = None) -> Trace:
    """The analysis of the trace at `path`.

    Args:
        path: A file or a folder, see `find_session`.
        session: Name of one session, where the folder holds several.

    Raises:
        TraceError: There is no trace, or it cannot be read.

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
        session: The capture that they come from.
        num_bytes: Size of its file.
        events: What the host did; at least one event.
        tables: What xprof says; empty if it failed.
        failure: Why xprof failed, as a remark; None if it did not.
    """
    pipelines = build_pipelines(events)
    outside = is_fetched_outside(events, pipelines)
    steps = tables.steps
    overlooked = is_overlooked(events, pipelines, steps)
    steps_tell = bool(steps) and not outside and not overlooked
    verdict = judge_steps(steps) if steps_tell else judge_capture(events, pipelines)
    input_bound = verdict is not None and verdict.is_input_bound
    remarks = [failure] if failure else explain_steps(events, steps)
    remarks += explain_input(pipelines, outside=outside, overlooked=overlooked, input_bound=input_bound)
    span = events.span or (0, 0)
    capture_ms = (span[1] - span[0]) / PS_PER_MS
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
