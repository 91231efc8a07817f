"""A run, as a page shows it: its record, its traces, and what of them could not be read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mnist_core.files.run_kinds import RECORD
from mnist_core.files.xspace import TraceError
from reports.summary.files import load_summary
from reports.summary.summary import Summary
from reports.sweep.file import find_sweep
from reports.sweep.record import SweepRecord
from reports.traces.reading import load_trace
from reports.traces.trace import Trace
from reports.xplane.sessions import SUFFIXES, Session, find_session, list_sessions

TRACES = "traces"  # of a run, beside its record
MOST_TRACES = 40  # on a page


@dataclass(frozen=True)
class Run:
    """What is known of a run; at least a record or a trace.

    Args:
        name: Name of its folder or file; unique on a page.
        summary: What its record amounts to; None for a training that was only traced.
        traces: Traces that could be read.
        unreadable: Why each of the others could not be read, a line each.
        sweep: The sweep that its record is of; None for any other run.
    """

    name: str
    summary: Summary | None
    traces: tuple[Trace, ...]
    unreadable: tuple[str, ...]
    sweep: SweepRecord | None = None


def load_runs(paths: Sequence[Path]) -> tuple[Run, ...]:
    """The runs at `paths`, in their order.

    Raises:
        RecordError: There is no run, or its record is damaged. A damaged trace is told on the page instead.

    Example:
        >>> [run.name for run in load_runs([Path("runs/before"), Path("runs/after")])]
        ['before', 'after']
    """
    runs = [_load_run(path) for path in paths]
    names = [run.name for run in runs]
    return tuple(
        dataclasses.replace(run, name=f"{run.name} ({names[: place + 1].count(run.name)})")
        if names.count(run.name) > 1
        else run
        for place, run in enumerate(runs)
    )


def _load_run(path: Path) -> Run:
    sessions = _find_traces(path)
    wants_record = not sessions or (path / RECORD).is_file() or (path.is_file() and not path.name.endswith(SUFFIXES))
    summary = load_summary(path) if wants_record else None
    traces, unreadable = _load_traces(sessions[:MOST_TRACES])
    if len(sessions) > MOST_TRACES:
        unreadable.append(f"{len(sessions) - MOST_TRACES} more traces are left out: mnist-report trace reads each.")
    return Run(name_run(path), summary, tuple(traces), tuple(unreadable), find_sweep(path) if summary else None)


def _find_traces(path: Path) -> list[Session]:
    """The sessions in a run's folder, beside a record.json, or the one that the path itself is."""
    if path.is_dir():
        return _list_traces(path)
    if path.name.endswith(SUFFIXES) and path.is_file():
        return [find_session(path)]
    beside = path.parent / TRACES
    return _list_traces(beside) if path.name == RECORD and beside.is_dir() else []


def _list_traces(folder: Path) -> list[Session]:
    """The sessions below a folder, those of several hosts as one for each."""
    return [host for session in list_sessions(folder) for host in session.split()]


def _load_traces(sessions: Iterable[Session]) -> tuple[list[Trace], list[str]]:
    loaded = [_load_trace(session) for session in sessions]
    return [each for each in loaded if isinstance(each, Trace)], [each for each in loaded if isinstance(each, str)]


def _load_trace(session: Session) -> Trace | str:
    """The trace under the session's name, or a line that says why there is none."""
    try:
        return dataclasses.replace(load_trace(session.path), session=session)
    except TraceError as error:
        reason = str(error).replace(str(session.path), session.name)  # a page is shown to others: no folders of ours
        return f"A trace could not be read: {reason}"


def name_run(path: Path) -> str:
    """The name of a run's folder, or of its file where that lies elsewhere."""
    whole = path.resolve()
    if path.is_dir():
        return whole.name
    return whole.parent.name if path.name == RECORD or path.name.endswith(SUFFIXES) else whole.stem
