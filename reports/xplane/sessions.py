"""Which trace a user means: a file, or a session in a folder of TensorBoard's layout."""

from __future__ import annotations

import re
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from mnist_core.files.xspace import TraceError
from reports.xplane.events import clean
from reports.xplane.folders import walk_files
from reports.xplane.neighbours import tell_leftover, tell_neighbour
from reports.xplane.packed import DamagedError, is_packed, measure_unpacked, unpack

SUFFIX = ".xplane.pb"
SUFFIXES = (SUFFIX, f"{SUFFIX}.gz")
LAYOUT = ("plugins", "profile")  # TensorBoard's: <logs>/plugins/profile/<session>/<host>.xplane.pb
TRACES = "traces"  # of a run: <run>/traces/<case>/plugins/...
UNTOLD = frozenset({*LAYOUT, TRACES})  # folders that name no session, where it can do without them
STAMP = re.compile(r"\d{4}(_\d\d){5}")  # how TensorFlow and TensorBoard name a session
MAX_LISTED = 8  # sessions in an error's one line
MAX_BYTES = 2**30  # some tens of steps take a few MiB; protocol buffers end at 2 GiB
MAKE_ONE = 'capture one with mnist-bench trace, or with mnist_core.profiling.ProfileSteps("logs", "START:STOP") in fit'


class Host(NamedTuple):
    """What one machine captured: its name, and the file."""

    name: str
    path: Path


@dataclass(frozen=True)
class Session:
    """One capture.

    Args:
        name: Name of the session, unique in the folder in which it was found.
        hosts: Machines that captured it at the same time, at least one, in the order of their files' names.
    """

    name: str
    hosts: tuple[Host, ...]

    @property
    def path(self) -> Path:
        """The file of the first host, as a rule the only one."""
        return self.hosts[0].path

    def split(self) -> tuple[Session, ...]:
        """One session for each host, under a name that tells the host where there are several."""
        if len(self.hosts) == 1:
            return (self,)
        return tuple(Session(f"{self.name}/{host.name}", (host,)) for host in self.hosts)


def find_sessions(path: Path, name: str | None = None) -> Session:
    """The one session that a path and a name mean, with the files of all its hosts.

    Args:
        path: An .xplane.pb file, packed or not, a session's folder, a TensorBoard log folder or a run's folder.
        name: Name of one session where there are several, as the error that offers the choice spells it, or a part of
            that name between slashes. It may also be the name of one host, which comes alone then.

    Raises:
        TraceError: There is no such session, or more than one.
    """
    shown = clean(str(path))
    _check_place(path)
    if path.is_file():
        return _take_file(path)
    sessions = list_sessions(path)
    if not sessions:
        raise TraceError(_explain_none(path))
    hosts = [host for session in sessions if len(session.hosts) > 1 for host in session.split()]
    chosen = _choose(sessions, name) or _choose(hosts, name)
    if len(chosen) != 1:
        fits = f"no session {clean(name)!r}" if name and not chosen else f"{len(chosen)} sessions"
        raise TraceError(f"{shown} holds {fits}: {_offer(chosen or sessions)}.")
    return chosen[0]


def find_session(path: Path, name: str | None = None) -> Session:
    """The one session that a path and a name mean, which has one host.

    Args:
        path: A file or a folder, see `find_sessions`.
        name: Name of one session or of one host, see `find_sessions`.

    Raises:
        TraceError: There is no such session, or more than one, or it has several hosts.
    """
    found = find_sessions(path, name)
    if len(found.hosts) > 1:
        of_one = f"session {found.name} of {len(found.hosts)} hosts"
        raise TraceError(f"{clean(str(path))} holds {of_one}: {_offer(found.split())}.")
    return found


def list_sessions(folder: Path) -> list[Session]:
    """Every session below a folder, at any depth, in the order of their paths.

    What several links lead to comes once: under its own name if it has one here, else under the first of them.
    """
    found = list(_group(_drop_twins(path for path in walk_files(folder) if path.name.endswith(SUFFIXES))))
    names = _choose_names([_spell(folder, hosts[0], is_apart=is_apart) for hosts, is_apart in found])
    return [Session(name, hosts) for name, (hosts, _) in zip(names, found, strict=True)]


def load_content(path: Path) -> bytes:
    """The bytes of a trace's file, unpacked if it is a gzip file.

    Raises:
        TraceError: The file cannot be read, is empty, damaged or too large.
    """
    shown = clean(str(path))
    _check_place(path)
    try:
        packed = is_packed(path)
        size = measure_unpacked(path, MAX_BYTES) if packed else path.stat().st_size
        if size > MAX_BYTES:
            told = f"more than {MAX_BYTES:,} bytes unpacked" if packed else f"{size:,} bytes, more than {MAX_BYTES:,}"
            raise TraceError(f"{shown} has {told}, the most that is read: capture fewer steps.")
        content = unpack(path, size) if packed else path.read_bytes()
    except DamagedError as error:
        raise TraceError(f"{shown} is a damaged gzip file: copy the whole file again.") from error
    except OSError as error:
        raise TraceError(f"{shown} cannot be read: {error.strerror}.") from error
    if not content:
        raise TraceError(f"{shown} is empty: {MAKE_ONE}.")
    return content


def _check_place(path: Path) -> None:
    """Check that a path leads to a file or a folder: a pipe or a device could be read without end.

    Raises:
        TraceError: It leads to neither.
    """
    shown = clean(str(path))
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        lost = f"leads to {clean(str(path.readlink()))}, which does not" if path.is_symlink() else "does not"
        raise TraceError(f"{shown} {lost} exist: give an {SUFFIX} file, or a folder of TensorBoard's logs.") from error
    except OSError as error:
        raise TraceError(f"{shown} cannot be read: {error.strerror}.") from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise TraceError(f"{shown} is a pipe, a socket or a device: give an {SUFFIX} file, or a folder with one.")


def _take_file(path: Path) -> Session:
    """The session of a file that a user gave, whatever its name, unless that tells that it is no trace."""
    what = None if path.name.endswith(SUFFIXES) else tell_neighbour(path)
    if what is not None:
        better = _find_beside(path)
        instead = f"give {clean(str(better))}" if better else MAKE_ONE
        raise TraceError(f"{clean(str(path))} is {what}, not a trace of the profiler (*{SUFFIX}): {instead}.")
    return Session(clean(_name_folder(path.parent)), (_make_host(path),))


def _find_beside(path: Path) -> Path | None:
    """The trace beside a file or in the layout below: the one of its host, else the last, which is the newest."""
    files = (each for each in path.parent.glob(f"*{SUFFIX}*") if each.is_file())
    beside = _drop_twins(each for each in files if each.name.endswith(SUFFIXES))
    own = [each for each in beside if path.name.startswith(f"{_make_host(each).name}.")]
    below = [session.path for part in (LAYOUT[0], TRACES) for session in list_sessions(path.parent / part)]
    return next((found[-1] for found in (own, beside, below) if found), None)


def _drop_twins(paths: Iterable[Path]) -> list[Path]:
    """The paths in their order; of those that lead to one file, its own or else the first."""
    chosen: dict[Path, Path] = {}
    for path in sorted(paths, key=lambda each: (each.is_symlink(), each)):
        chosen.setdefault(path.resolve(), path)
    return sorted(chosen.values())


def _group(paths: Iterable[Path]) -> Iterator[tuple[tuple[Host, ...], bool]]:
    """The hosts of each session, and whether it shares its folder with other sessions.

    Each file in the folder of a session is the trace of a host. To another folder they were copied, and nothing says
    that they were captured together.
    """
    folders: dict[Path, dict[str, Host]] = {}
    for host in map(_make_host, paths):
        folders.setdefault(host.path.parent, {}).setdefault(host.name, host)  # the file before its packed twin
    for folder, hosts in folders.items():
        if len(hosts) == 1 or _is_session(folder):
            yield tuple(hosts.values()), False
        else:
            yield from (((host,), True) for host in hosts.values())


def _make_host(path: Path) -> Host:
    return Host(clean(path.name.removesuffix(".gz").removesuffix(SUFFIX)), path)


def _is_session(folder: Path) -> bool:
    """True for a folder in TensorBoard's layout, wherever a link to it lies, and for a copy that still has its name."""
    places = (folder.absolute(), folder.resolve())
    return any(place.parts[-3:-1] == LAYOUT or STAMP.fullmatch(place.name) for place in places)


def _spell(folder: Path, host: Host, *, is_apart: bool) -> tuple[str, str, str]:
    """Names of the session that a host's file lies in, from the short one to the one that no other can have."""
    parts = host.path.parent.relative_to(folder).parts
    own, last = (_name_folder(host.path.parent),), (host.name,) if is_apart else ()
    told = tuple(part for part in parts if part not in UNTOLD)
    whole = host.path.relative_to(folder).parts
    short, long, unique = (clean("/".join(each)) for each in ((told or own) + last, (parts or own) + last, whole))
    return short, long, unique


def _choose_names(spellings: Sequence[tuple[str, str, str]]) -> list[str]:
    names = [short for short, _, _ in spellings]
    for longer in (1, 2):
        counts = Counter(names)
        names = [each[longer] if counts[name] > 1 else name for name, each in zip(names, spellings, strict=True)]
    return names


def _name_folder(folder: Path) -> str:
    """The name of a folder as the user wrote it, or its own where "." or ".." was written."""
    return (folder.name if folder.name not in ("", "..") else folder.resolve().name) or str(folder)


def _choose(sessions: Sequence[Session], name: str | None) -> Sequence[Session]:
    """The session of that name, else those with the name between slashes; all if there is none to choose by."""
    if name is None:
        return sessions
    whole = [each for each in sessions if name == each.name]
    return whole or [each for each in sessions if name in each.name.split("/")]


def _offer(sessions: Sequence[Session]) -> str:
    listed = ", ".join(each.name for each in sessions[:MAX_LISTED])
    more = f" and {len(sessions) - MAX_LISTED} more" if len(sessions) > MAX_LISTED else ""
    return f"choose one with --session, of {listed}{more}"


def _explain_none(folder: Path) -> str:
    shown = clean(str(folder))
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        return f"{shown} cannot be read: {error.strerror}."
    for path in walk_files(folder):
        what = tell_leftover(path) if path.parent == folder or path.parts[-4:-2] == LAYOUT else None
        if what:
            left = clean(str(path.relative_to(folder)))
            return f"{shown} holds no trace (*{SUFFIX}), but {left}, {what}: capture it again with TensorFlow 2.21."
    return f"{shown} holds no trace (*{SUFFIX}): {MAKE_ONE}."
