"""A worker's life: build one case, then answer every request, until told to stop or left alone.

Nothing of `mnist_core` is imported before the worker knows which revision of it is meant.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bench.workers.protocol import (
    Answer,
    CaptureTrace,
    Failure,
    Package,
    ReadMemory,
    Ready,
    Request,
    Start,
    TakeTurn,
    WarmedUp,
    WarmUp,
    decode_request,
    encode,
)
from reports.record.case import Case
from reports.record.record import Setting

if TYPE_CHECKING:  # both may be a revision's own
    from mnist_core import Digits, Placement, Say

ORPHANED = 3  # exit code of a worker whose parent is gone

Known = TypeVar("Known", bound=Request)


def serve(connection: Connection, stderr: Path) -> None:
    """Hear a Start on `connection` and answer Ready, then answer what is asked for.

    Args:
        connection: Connection to the parent; its end of file is the request to stop.
        stderr: File for what TensorFlow writes, so that its last words can be told if the worker dies.
    """
    redirect_output(stderr)
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    try:
        start = decode_request(connection.recv_bytes())
        if not isinstance(start, Start):
            raise TypeError(f"a worker must be started first, got {start!r}.")
        _prepare(start)
        _answer(connection, start, stderr)
    except EOFError:
        pass  # the parent closed its end: we are done
    except Exception as error:  # noqa: BLE001  # whatever it was, the parent must be told
        _send(connection, _explain(error))


def _prepare(start: Start) -> None:
    """Make this process what the case asks for."""
    if start.memory_limit_bytes is not None:
        import resource  # noqa: PLC0415  # Windows has none

        resource.setrlimit(resource.RLIMIT_DATA, (start.memory_limit_bytes, start.memory_limit_bytes))
    if start.package is not None:
        import_package(start.package)


def import_package(package: Package) -> None:
    """Import the package from its folder from now on.

    Raises:
        ImportError: Another one of that name is in use already.
    """
    used = sorted(name for name in sys.modules if name.partition(".")[0] == package.name)
    if used:
        raise ImportError(f"{used[0]} was imported before its revision was known.")
    sys.path.insert(0, package.folder)


def _explain(error: Exception) -> Failure:
    """What the parent is told of an error."""
    try:
        from mnist_core import DeviceError, InputError  # noqa: PLC0415  # the revision's own
    except Exception:  # noqa: BLE001  # the revision may be anything; what is wrong with it is `error`
        return Failure(f"{type(error).__name__}: {error}", bad_input=False)
    if isinstance(error, DeviceError):  # of this case alone: another one can do without the device
        return Failure(str(error), bad_input=False)
    if isinstance(error, InputError):
        return Failure(str(error), bad_input=True)
    return Failure(f"{type(error).__name__}: {error}", bad_input=False)


def _answer(connection: Connection, start: Start, stderr: Path) -> None:
    from bench.cases.carried import unpack_case  # noqa: PLC0415  # all of them import the revision's mnist_core
    from bench.consumers.device import prove_use  # noqa: PLC0415
    from mnist_core import describe_versions, load_digits, use_device  # noqa: PLC0415

    case = unpack_case(start.case)
    in_use = use_device(case.device)
    notices: list[str] = []
    digits = load_digits(start.source, say=notices.append)
    answer, find_placement = _build_answer(case, digits, notices.append)
    setting = Setting(digits.name, digits.fingerprint, tuple(describe_versions().items()))
    use = prove_use(in_use, find_placement())
    os.truncate(stderr, 0)  # what TensorFlow says at its start would pass for last words
    _send(connection, Ready(setting, tuple(notices), use))
    while True:
        _send(connection, answer(decode_request(connection.recv_bytes())))


def _build_answer(
    case: Case, digits: Digits, say: Say
) -> tuple[Callable[[Request], Answer], Callable[[], Placement | None]]:
    """What answers the requests that the case's consumer understands, and what finds where it computes."""
    from bench.consumers.heap import measure_memory  # noqa: PLC0415
    from bench.consumers.registry import build_meter  # noqa: PLC0415
    from bench.consumers.traced import TraceMeter  # noqa: PLC0415
    from bench.subjects.orderings import parse_subject  # noqa: PLC0415
    from mnist_core import load_source  # noqa: PLC0415

    if case.consumer == "memory":
        spec = parse_subject(case.subject)
        load_source(spec, digits.train_images, digits.train_labels, say=say)  # its files are there then

        def read(request: Request) -> Answer:
            _check(request, ReadMemory)
            return measure_memory(case, digits)

        return read, lambda: None
    if case.consumer == "traced":
        tracer = TraceMeter(case, digits, say=say)
        return lambda request: tracer.capture(_check(request, CaptureTrace).folder), tracer.find_placement
    meter = build_meter(case, digits, say=say)

    def measure(request: Request) -> Answer:
        _check(request, WarmUp, TakeTurn)
        sample = meter.measure_turn()
        return WarmedUp(sample, meter.read_program()) if isinstance(request, WarmUp) else sample

    return measure, meter.find_placement


def _check(request: Request, *kinds: type[Known]) -> Known:
    """The request, if the case can be asked for it; raises TypeError if not."""
    if not isinstance(request, kinds):
        wanted = " or ".join(kind.__name__ for kind in kinds)
        raise TypeError(f"this case can be asked for {wanted}, got {request!r}.")
    return request


def _send(connection: Connection, answer: Answer) -> None:
    connection.send_bytes(encode(answer))


def redirect_output(stderr: Path) -> None:
    """Send what this process writes to a file."""
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
