"""Which trace a user means: a file, or a session in a folder of TensorBoard's layout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mnist_core.files.xspace import TraceError
from reports.xplane.events import clean

SUFFIX = ".xplane.pb"
SESSIONS = "plugins/profile/*"  # TensorBoard's layout: <logs>/plugins/profile/<session>/<host>.xplane.pb
LAYOUT = frozenset({"plugins", "profile", "traces"})  # folders that name no session
DEEPEST = 4  # folders above plugins/: <run>/traces/<case>/, or <logs>/train/
OLD_SUFFIXES = (".trace", ".trace.json.gz", ".input_pipeline.pb", ".xplane.riegeli")  # other versions of the profiler
MAX_LISTED = 8  # sessions in an error's one line
MAX_BYTES = 2**30  # some tens of steps take a few MiB; protocol buffers end at 2 GiB
MAKE_ONE = "capture one with mnist-core train --profile START:STOP"


@dataclass(frozen=True)
class Session:
    """One capture: its name, unique in its folder, and the file of its only host."""

    name: str
    path: Path


def find_session(path: Path, name: str | None = None) -> Session:
    """The one session that a path holds.

    Args:
        path: An .xplane.pb file, a session's folder, a TensorBoard log folder or a run's folder.
        name: Name of one session where there are several, as the error that offers the choice spells it, or a part of
            that name between slashes.

    Raises:
        TraceError: There is no such session, or more than one.
    """
    shown = clean(str(path))
    if not path.exists():
        raise TraceError(f"{shown} does not exist: give an .xplane.pb file, or a folder of TensorBoard's logs.")
    if path.is_file():
        return Session(_name(path.parent, path.parent.parent), path)
    sessions = list_sessions(path)
    if not sessions:
        raise TraceError(_explain_none(path))
    chosen = [each for each in sessions if name is None or name == each.name or name in each.name.split("/")]
    if len(chosen) != 1:
        listed = ", ".join(each.name for each in (chosen or sessions)[:MAX_LISTED])
        more = f" and {len(chosen or sessions) - MAX_LISTED} more" if len(chosen or sessions) > MAX_LISTED else ""
        fits = f"no session {clean(name)!r}" if name and not chosen else f"{len(chosen)} sessions"
        raise TraceError(f"{shown} holds {fits}: choose one with --session, of {listed}{more}.")
    return chosen[0]


def load_content(path: Path) -> bytes:
    """The bytes of a trace's file.

    Raises:
        TraceError: The file cannot be read, is empty or too large.
    """
    shown = clean(str(path))
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise TraceError(f"{shown} has more than {MAX_BYTES} bytes: capture fewer steps.")
        content = path.read_bytes()
    except OSError as error:
        raise TraceError(f"{shown} cannot be read: {error.strerror}.") from error
    if not content:
        raise TraceError(f"{shown} is empty: {MAKE_ONE}.")
    return content


def list_sessions(folder: Path) -> list[Session]:
    """Every session in a session's folder, a TensorBoard log folder or a run's folder, in the order of their paths."""
    patterns = ["", "*/", *("*/" * depth + f"{SESSIONS}/" for depth in range(DEEPEST))]
    found = sorted({path for pattern in patterns for path in folder.glob(f"{pattern}*{SUFFIX}") if path.is_file()})
    folders = [path.parent for path in found]
    return [
        Session(_name(path.parent, folder, path.name if folders.count(path.parent) > 1 else None), path)
        for path in found
    ]


def _name(session: Path, folder: Path, host: str | None = None) -> str:
    """The folders from `folder` down to the session that tell it from the others, and the host if there are several."""
    parts = [part for part in session.resolve().relative_to(folder.resolve()).parts if part not in LAYOUT]
    return clean("/".join([*(parts or [session.resolve().name]), *([host.removesuffix(SUFFIX)] if host else [])]))


def _explain_none(folder: Path) -> str:
    shown = clean(str(folder))
    patterns = ["*", *("*/" * depth + f"{SESSIONS}/*" for depth in range(DEEPEST))]
    names = [path.name for pattern in patterns for path in folder.glob(pattern)]
    if any(name.endswith(OLD_SUFFIXES) for name in names):
        return f"{shown} holds a trace of another version of the profiler: capture it again with TensorFlow 2.21."
    return f"{shown} holds no trace (*{SUFFIX}): {MAKE_ONE}."
