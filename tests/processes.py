"""Waiting for processes that need not be our children."""

import os
import select

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
