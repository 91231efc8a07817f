"""Asks a process of its own whether TensorFlow finds a GPU; pytest itself must not import it."""

from __future__ import annotations

import os
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from pathlib import Path

from bench.workers.worker import redirect_output
from bench.workers.worker_process import hide_program
from mnist_core import DeviceError

LIMIT_S = 120.0  # the fork server's import of TensorFlow included
TOO_SLOW = "no GPU here: none was found within {limit_s:g} s."


def find_missing_gpu(context: BaseContext) -> str | None:
    """Why there is no GPU for TensorFlow here, in one line; None if there is one.

    Args:
        context: Where workers come from.
    """
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_look, args=(theirs,), daemon=True)  # type: ignore[attr-defined]  # as in workers
    with hide_program():
        process.start()
    theirs.close()
    try:
        reason = ours.recv_bytes().decode() if ours.poll(LIMIT_S) else TOO_SLOW.format(limit_s=LIMIT_S)
    except EOFError:
        process.join()
        reason = f"no GPU here: the process that looked for one ended with {process.exitcode}."
    finally:
        process.kill()
        process.join()
        ours.close()
    return reason or None


def _look(connection: Connection) -> None:
    redirect_output(Path(os.devnull))
    from mnist_core import use_device  # noqa: PLC0415  # imports TensorFlow

    try:
        use_device("gpu")
        connection.send_bytes(b"")
    except DeviceError as error:
        connection.send_bytes(str(error).encode())
