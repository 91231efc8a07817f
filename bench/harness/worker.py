"""A worker's life: build one case, then a turn for every request, until told to stop or left alone."""

from __future__ import annotations

import multiprocessing
import os
import threading
from multiprocessing.connection import Connection
from pathlib import Path

from bench.harness.cases import Case
from bench.harness.messages import Failure, Message, Ready
from mnist_core.errors import InputError
from reports.record import Setting

TURN = "turn"
ORPHANED = 3  # exit code of a worker whose parent is gone


def serve(connection: Connection, case: Case, source: str, stderr: Path) -> None:
    """Answer every request on `connection`: first with Ready, then with a Sample a turn; runs in the worker.

    Args:
        connection: to the parent; its end of file is the request to stop.
        case: what to measure.
        source: of the digits, as `load_digits` takes it.
        stderr: a file for what TensorFlow writes, so that its last words can be told if the worker dies.
    """
    _redirect_output(stderr)
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    try:
        _answer(connection, case, source)
    except EOFError:
        pass  # the parent closed its end: we are done
    except InputError as error:
        _send(connection, Failure(str(error), bad_input=True))
    except Exception as error:  # noqa: BLE001  # whatever it was, the parent must be told
        _send(connection, Failure(f"{type(error).__name__}: {error}", bad_input=False))


def _answer(connection: Connection, case: Case, source: str) -> None:
    from bench.harness.measure import Drain  # noqa: PLC0415  # imports TensorFlow, which the parent never does
    from mnist_core.digits import load_digits  # noqa: PLC0415
    from mnist_core.versions import describe_versions  # noqa: PLC0415

    notices: list[str] = []
    digits = load_digits(source, say=notices.append)
    drain = Drain(case, digits)
    setting = Setting(digits.name, digits.fingerprint, tuple(describe_versions().items()))
    _send(connection, Ready(setting, tuple(notices)))
    while connection.recv() == TURN:
        _send(connection, drain.measure_turn())


def _send(connection: Connection, message: Message) -> None:
    connection.send(message)


def _redirect_output(stderr: Path) -> None:
    descriptor = os.open(stderr, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)


def _exit_with_parent() -> None:
    """Leave at once when the parent dies, even in the middle of a turn, so that no orphan goes on burning CPU."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(ORPHANED)
