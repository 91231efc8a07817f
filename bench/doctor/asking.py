"""Asks TensorFlow, in a process of its own with a time limit, and whether the Profile tab's charts can be had."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.doctor.answer import Answer, parse_answer

OURS = Path(__file__).parents[2]  # the folder that holds our packages
COMMAND = (sys.executable, "-c", "from bench.doctor.answer import say_all; say_all()")
TALKATIVE = {"TF_CPP_MIN_LOG_LEVEL": "0", "TF_CPP_VMODULE": "dso_loader=1"}  # else no library that is missing is named
LIMIT_S = 120.0  # as for the search for a GPU: TensorFlow takes 13 s without byte code, on a disk in the network more
TICK_S = 0.5
CHARTS = ("www.gstatic.com", 443)  # Source: xprof's static/index.html, which loads Google Charts from there
CHARTS_LIMIT_S = 3.0

Waiting = Callable[[float], None]


def ask_tensorflow(waiting: Waiting, *, command: Sequence[str] = COMMAND, limit_s: float = LIMIT_S) -> Answer:
    """What TensorFlow says of itself; a process that dies or hangs is an answer too.

    Args:
        waiting: Told now and then for how many seconds the process has been running.
        command: What starts the process.
        limit_s: Seconds after which the process is ended.
    """
    found = os.environ.get("PYTHONPATH")
    path = os.pathsep.join(filter(None, (str(OURS), found)))
    process = subprocess.Popen(  # noqa: S603  # our own module
        list(command),
        env={**os.environ, **TALKATIVE, "PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    try:
        for tick in range(1, max(1, round(limit_s / TICK_S)) + 1):
            with contextlib.suppress(subprocess.TimeoutExpired):
                output, said = process.communicate(timeout=TICK_S)
                return parse_answer(output, said, process.returncode, limit_s)
            waiting(tick * TICK_S)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    output, said = process.communicate()
    return parse_answer(output, said, None, limit_s)


def reach_charts(address: tuple[str, int] = CHARTS, limit_s: float = CHARTS_LIMIT_S) -> bool | None:
    """True if a connection can be made to where the charts' code comes from; None where a proxy would make it.

    Nothing is sent. The name is looked up in a thread, since that has no time limit of its own.
    """
    if "https" in urllib.request.getproxies():
        return None
    reached = []

    def connect() -> None:
        with contextlib.suppress(OSError), socket.create_connection(address, timeout=limit_s):
            reached.append(True)

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(limit_s)
    return bool(reached)
