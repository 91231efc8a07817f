"""A worker's life: build one case, then a turn for every request, until told to stop or left alone."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cases.case import Case
from bench.workers.messages import Failure, Message, Ready, Request, TraceRequest, WarmedUp
from mnist_core import Digits, Say
from mnist_core.devices.support import DeviceError
from mnist_core.language.errors import InputError
from reports.record.record import Setting

if TYPE_CHECKING:  # it imports TensorFlow, which the parent never does
    from mnist_core.devices.placement import Placement

WARM_UP, TURN, MEMORY = "warm up", "turn", "memory"
ORPHANED = 3  # exit code of a worker whose parent is gone


def serve(connection: Connection, case: Case, source: str, stderr: Path, memory_limit_bytes: int | None = None) -> None:
    """Answer on `connection`: first Ready, then what is asked for: a warm-up, a turn, a memory reading or a trace.

    Args:
        connection: to the parent; its end of file is the request to stop.
        case: what to measure.
        source: of the digits, as `load_digits` takes it.
        stderr: a file for what TensorFlow writes, so that its last words can be told if the worker dies.
        memory_limit_bytes: of this process's data; more is refused by the system, and ends the case, not the run.
    """
    redirect_output(stderr)
    if memory_limit_bytes is not None:
        import resource  # noqa: PLC0415  # Windows has none

        resource.setrlimit(resource.RLIMIT_DATA, (memory_limit_bytes, memory_limit_bytes))
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    try:
        _answer(connection, case, source, stderr)
    except EOFError:
        pass  # the parent closed its end: we are done
    except DeviceError as error:  # of this case alone: another one can do without the device
        _send(connection, Failure(str(error), bad_input=False))
    except InputError as error:
        _send(connection, Failure(str(error), bad_input=True))
    except Exception as error:  # noqa: BLE001  # whatever it was, the parent must be told
        _send(connection, Failure(f"{type(error).__name__}: {error}", bad_input=False))


def _answer(connection: Connection, case: Case, source: str, stderr: Path) -> None:
    from bench.consumers.device import prove_use  # noqa: PLC0415  # imports TensorFlow, which the parent never does
    from mnist_core.devices.choose import use_device  # noqa: PLC0415
    from mnist_core.devices.versions import describe_versions  # noqa: PLC0415
    from mnist_core.digits.load import load_digits  # noqa: PLC0415

    in_use = use_device(case.device)
    notices: list[str] = []
    digits = load_digits(source, say=notices.append)
    answer, find_placement = _build_answer(case, digits, notices.append)
    setting = Setting(digits.name, digits.fingerprint, tuple(describe_versions().items()))
    use = prove_use(in_use, find_placement())
    os.truncate(stderr, 0)  # what TensorFlow says at its start would pass for last words
    _send(connection, Ready(setting, tuple(notices), use))
    while True:
        _send(connection, answer(connection.recv()))


def _build_answer(
    case: Case, digits: Digits, say: Say
) -> tuple[Callable[[Request], Message], Callable[[], Placement | None]]:
    """What answers the requests that the case's consumer understands, and what finds where it computes."""
    from bench.consumers.heap import measure_memory  # noqa: PLC0415
    from bench.consumers.registry import build_meter  # noqa: PLC0415
    from bench.consumers.traced import TraceMeter  # noqa: PLC0415
    from mnist_core.pipeline.sources import load_source  # noqa: PLC0415

    if case.consumer == "memory":
        load_source(case.spec, digits.train_images, digits.train_labels, say=say)  # its files are there then
        return lambda _: measure_memory(case, digits), lambda: None
    if case.consumer == "traced":
        tracer = TraceMeter(case, digits, say=say)
        return lambda request: tracer.capture(_folder_of(request)), tracer.find_placement
    meter = build_meter(case, digits, say=say)

    def measure(request: Request) -> Message:
        sample = meter.measure_turn()
        return WarmedUp(sample, meter.read_program()) if request == WARM_UP else sample

    return measure, meter.find_placement


def _folder_of(request: Request) -> Path:
    if not isinstance(request, TraceRequest):
        raise TypeError(f"a traced case takes a TraceRequest only, got {request!r}.")
    return request.folder


def _send(connection: Connection, message: Message) -> None:
    connection.send(message)


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
