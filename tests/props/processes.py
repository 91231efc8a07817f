"""Waiting for processes that need not be our children."""

import os
import select
from pathlib import Path

EXIT_LIMIT_MS = 60_000  # how long a test waits for the end of a process before it calls it an orphan


def wait_for_end(pid: int) -> bool:
    """True if the process ends in time; it need not be our child."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    ended = bool(poll.poll(EXIT_LIMIT_MS))
    os.close(descriptor)
    return ended


def find_group(group: int) -> list[int]:
    """The processes of a group that have not ended."""
    stats = [read_stat(file) for file in Path("/proc").glob("[0-9]*/stat")]
    return [pid for pid, state, its_group in stats if its_group == group and state != "Z"]


def read_stat(file: Path) -> tuple[int, str, int]:
    """A process's number, state and group; group 0 if it has just ended."""
    try:
        fields = file.read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return int(file.parent.name), "Z", 0
    return int(file.parent.name), fields[0], int(fields[2])
