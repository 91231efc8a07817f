"""Locks on files, which end with the process that holds them, however it ends."""

from __future__ import annotations

import sys
from typing import IO

if sys.platform != "win32":
    import fcntl

CAN_LOCK = sys.platform != "win32"


def lock(file: IO[str]) -> bool:
    """True if the lock is this process's now; never on Windows."""
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
