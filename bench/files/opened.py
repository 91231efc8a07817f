"""Which files this process opens: Python's own by its audit, all others as far as one sees them open."""

from __future__ import annotations

import contextlib
import os
import sys
import sysconfig
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.subjects.origins import INSTALLED

DESCRIPTORS = Path("/proc/self/fd")
PAUSE_S = 0.001  # between two looks at the open files
CODE = (".py", ".pyc", ".so")
SYSTEM = ("/proc/", "/sys/", "/dev/", "/usr/lib", "/lib", "/etc/", sysconfig.get_paths()["stdlib"])
SHARED = "/dev/shm/"  # noqa: S108  # where people put files to have them in memory
_watching: list[set[str]] = []  # where the audit puts what Python opens now
_is_audited = threading.Event()


@contextlib.contextmanager
def watch_opened() -> Iterator[set[str]]:
    """The files that are opened meanwhile to be read, as far as they are seen; complete when it ends."""
    seen: set[str] = set()
    done = threading.Event()

    def look() -> None:
        while not done.wait(PAUSE_S):
            seen.update(list_open())

    if not _is_audited.is_set():
        sys.addaudithook(_note)  # for good: a hook cannot be taken back
        _is_audited.set()
    thread = threading.Thread(target=look, daemon=True)
    before = set(list_open())
    _watching.append(seen)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()
        _watching.remove(seen)
        seen |= set(list_open())
        seen -= before
        seen.intersection_update({each for each in seen if is_data(each)})


def list_open() -> list[str]:
    """The paths that this process has open at this moment."""
    paths = []
    with contextlib.suppress(OSError):
        for name in os.listdir(DESCRIPTORS):  # noqa: PTH208  # the names alone, a thousand times a second
            with contextlib.suppress(OSError):
                paths.append(os.readlink(f"{DESCRIPTORS}/{name}"))  # noqa: PTH115  # likewise
    return [path for path in paths if path.startswith("/")]


def is_data(path: str) -> bool:
    """True for a file that a person's pipeline may read: none of Python, of the system or of a package."""
    is_system = path.startswith(SYSTEM) and not path.startswith(SHARED)
    is_package = path.endswith(CODE) or any(part in path for part in INSTALLED)
    return not is_system and not is_package and Path(path).is_file()


def _note(event: str, args: tuple[Any, ...]) -> None:
    """What Python tells of every file that it opens."""
    if event == "open" and _watching and isinstance(args[0], str | bytes) and not (args[2] or 0) & os.O_WRONLY:
        for seen in _watching:
            seen.add(os.path.abspath(os.fsdecode(args[0])))  # noqa: PTH100  # a link stays what it is
