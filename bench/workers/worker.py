"""A worker's life: build one case, then answer every request, until told to stop or left alone.

Nothing of `mnist_core` is imported before the worker knows which revision of it is meant.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import sys
import tempfile
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from bench.consumers.meter import (
    Extensible,
    FixesBatches,
    MemoryReader,
    Meter,
    Placed,
    ReadsContents,
    ReadsMixing,
    ReadsStages,
    Tracer,
)
from bench.programs.place import MisplacedError, Place, check_place, enter_folder, enter_place, tell_path
from bench.workers.printed import tell_printed
from bench.workers.protocol import (
    Answer,
    CaptureTrace,
    Describe,
    Done,
    Failure,
    FixBatches,
    Package,
    Propose,
    ReadContents,
    ReadMemory,
    ReadMixing,
    ReadStages,
    Ready,
    Request,
    Start,
    TakeTurn,
    WarmedUp,
    WarmUp,
    decode_request,
    encode,
)
from reports.record.description import Description
from reports.record.machine import Setting
from reports.record.proposal import Proposal

ORPHANED = 3  # exit code of a worker whose parent is gone
_connections: list[Connection] = []  # what this process answers on, if it is a worker


def serve(connection: Connection, stderr: Path) -> None:
    """Hear a Start on `connection` and answer Ready, then answer what is asked for; or answer a Describe or a Propose.

    Args:
        connection: Connection to the parent; its end of file is the request to stop.
        stderr: File for what TensorFlow writes, so that its last words can be told if the worker dies.
    """
    try:
        redirect_output(stderr)
    except FileNotFoundError:
        os._exit(ORPHANED)  # the parent was interrupted while the server started, and has taken its folder with it
    _connections.append(connection)
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    try:
        match decode_request(connection.recv_bytes()):
            case Start() as start:
                _prepare(start.package, start.memory_limit_bytes)
                if start.place is not None:
                    enter_place(start.place)
                if start.run_in is not None:
                    enter_folder(start.run_in)
                _answer(connection, start, stderr)
            case Describe() as asked:
                _prepare(None, asked.memory_limit_bytes)
                _send(connection, _describe(asked, stderr))
            case Propose() as asked:
                _prepare(None, None)
                _send(connection, _propose(asked, stderr))
            case other:
                raise TypeError(f"a worker must be started first, got {other!r}.")
    except EOFError:
        pass  # the parent closed its end: we are done
    except Exception as error:  # noqa: BLE001  # whatever it was, the parent must be told
        _send(connection, explain(error))


def is_worker() -> bool:
    """True in a worker."""
    return bool(_connections)


def _prepare(package: Package | None, memory_limit_bytes: int | None) -> None:
    """Make this process what is asked for."""
    if memory_limit_bytes is not None:
        import resource  # noqa: PLC0415  # Windows has none

        resource.setrlimit(resource.RLIMIT_DATA, (memory_limit_bytes, memory_limit_bytes))
    if package is not None:
        import_package(package)


def import_package(package: Package) -> None:
    """Import the package from its folder from now on.

    Raises:
        ImportError: Another one of that name is in use already.
    """
    used = sorted(name for name in sys.modules if name.partition(".")[0] == package.name)
    if used:
        raise ImportError(f"{used[0]} was imported before its revision was known.")
    sys.path.insert(0, package.folder)


def explain(error: Exception) -> Failure:
    """What the parent is told of an error."""
    from bench.subjects.capabilities import (  # noqa: PLC0415  # nothing of ours before its revision
        FailedPipelineError,
        WrongModelError,
    )

    if isinstance(error, FailedPipelineError | MisplacedError):
        return Failure(str(error), bad_input=False)
    if isinstance(error, WrongModelError):
        return Failure(str(error), bad_input=True)
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
    """Answer all requests; what is wrong with a person's pipeline is no reason to stop others beside it."""
    from bench.consumers.registry import find_consumer  # noqa: PLC0415  # all of them may import mnist_core
    from bench.subjects.capabilities import FailedPipelineError  # noqa: PLC0415
    from bench.workers.unguarded import UnguardedError  # noqa: PLC0415
    from mnist_core import InputError  # noqa: PLC0415  # the revision's own

    try:
        find_consumer(start.case.consumer).prepare()  # first: what leaves caches out would leave them unlisted
        with _keep_files_apart(start.place) as written:
            _answer_all(connection, start, stderr, written)
    except InputError as error:
        if start.case.subject.reads_own_data and not isinstance(error, UnguardedError):
            raise FailedPipelineError(str(error)) from None
        raise


@contextmanager
def _keep_files_apart(place: Place | None) -> Iterator[Collection[str]]:
    """Give the caches and snapshots of a checkout's code a folder of this process' own, and list where they would be.

    Two sides that shared such files would stumble over each other, or one would read what the other has computed.
    """
    if place is None:
        yield ()
        return
    from bench.programs.written_files import keep_files_apart  # noqa: PLC0415  # it imports TensorFlow

    beside = Path(place.folder).parent  # what a killed worker leaves goes with the checkouts
    with (
        tempfile.TemporaryDirectory(prefix="caches-", dir=beside, ignore_cleanup_errors=True) as folder,
        keep_files_apart(Path(folder)) as written,
    ):
        yield written


def _answer_all(connection: Connection, start: Start, stderr: Path, written: Collection[str]) -> None:
    """Answer all requests; `written` lists where caches and snapshots would be, once the case is built."""
    from bench.consumers.registry import build_meter, find_consumer  # noqa: PLC0415
    from bench.machine.device import prove_use  # noqa: PLC0415  # all of them import the revision's mnist_core
    from bench.subjects.capabilities import ExplainsFailure, FailedPipelineError  # noqa: PLC0415
    from bench.subjects.open import open_subject  # noqa: PLC0415
    from mnist_core import InputError, describe_versions, use_device  # noqa: PLC0415

    case, consumer = start.case, find_consumer(start.case.consumer)
    in_use = use_device(case.device)
    notices: list[str] = []
    num_examples = case.num_examples if consumer.is_timed else None
    opened = open_subject(case.subject, start.source, num_examples=num_examples, say=notices.append)
    meter = build_meter(case, opened)
    if start.place is not None:
        check_place(start.place)
    setting = Setting(opened.data_name, opened.data_fingerprint, tuple(describe_versions().items()))
    use = prove_use(in_use, meter.find_placement())
    if not case.subject.reads_own_data:
        os.truncate(stderr, 0)  # what TensorFlow says at its start would pass for last words
    moved = () if start.place is None else tuple(tell_path(each, start.place) for each in written)
    _send(connection, Ready(setting, tuple(notices), use, moved))
    while True:
        request = decode_request(connection.recv_bytes())
        try:
            answer = ask_meter(meter, request)
        except Exception as error:
            told = isinstance(error, InputError | FailedPipelineError)
            if told or not isinstance(opened, ExplainsFailure):
                raise
            raise FailedPipelineError(opened.explain_failure(error)) from None
        _send(connection, answer)


def _describe(asked: Describe, stderr: Path) -> Description:
    """What can be known of the dataset; what goes wrong in a person's code is told with what they printed."""
    from bench.pipelines.builders import find_builder  # noqa: PLC0415  # all of them import TensorFlow
    from bench.pipelines.describe import describe_dataset  # noqa: PLC0415
    from mnist_core import InputError, use_device  # noqa: PLC0415

    use_device("cpu")
    os.truncate(stderr, 0)
    notices: list[str] = []
    try:
        described = describe_dataset(asked.subject, find_builder(asked.subject, asked.source, notices.append))
        return replace(described, notes=(*dict.fromkeys(notices), *described.notes))
    except InputError as error:
        raise InputError(f"{error}{tell_printed(stderr)}") from None


def _propose(asked: Propose, stderr: Path) -> Proposal:
    """What may be changed of the pipeline; what goes wrong in a person's code is told with what they printed."""
    from bench.advice.propose import Asked, propose  # noqa: PLC0415  # all of them import TensorFlow
    from bench.pipelines.builders import find_builder  # noqa: PLC0415
    from mnist_core import InputError, use_device  # noqa: PLC0415

    use_device("cpu")
    os.truncate(stderr, 0)
    notices: list[str] = []
    try:
        proposal = propose(find_builder(asked.subject, "", notices.append), Asked(asked.memory_bytes, asked.tolerance))
        return replace(proposal, notes=(*dict.fromkeys(notices), *proposal.notes))
    except InputError as error:
        raise InputError(f"{error}{tell_printed(stderr)}") from None


def ask_meter(meter: Placed, request: Request) -> Answer:
    """What the meter of a case answers; raises TypeError if it cannot be asked for that."""
    if isinstance(meter, Meter) and isinstance(request, WarmUp | TakeTurn):
        return _warm_up(meter, request) if isinstance(request, WarmUp) else meter.measure_turn()
    if isinstance(meter, FixesBatches) and isinstance(request, FixBatches):
        meter.fix_batches(request.num_batches)
        return Done()
    if isinstance(meter, MemoryReader) and isinstance(request, ReadMemory):
        return meter.read_memory()
    if isinstance(meter, ReadsStages) and isinstance(request, ReadStages):
        return meter.read_stages()
    if isinstance(meter, ReadsMixing) and isinstance(request, ReadMixing):
        return meter.read_mixing()
    if isinstance(meter, ReadsContents) and isinstance(request, ReadContents):
        return meter.read_contents(
            request.num_examples,
            limit_s=request.limit_s,
            seed=request.seed,
            is_deterministic=request.is_deterministic,
        )
    if isinstance(meter, Tracer) and isinstance(request, CaptureTrace):
        return meter.capture(request.folder)
    raise TypeError(f"this case cannot be asked for {type(request).__name__}.")


def _warm_up(meter: Meter, request: WarmUp) -> WarmedUp:
    """The first turn; of a pipeline whose length nobody knows, it also tells how long the others are."""
    sample, extent = meter.measure_first_turn() if isinstance(meter, Extensible) else (meter.measure_turn(), None)
    return WarmedUp(sample, meter.read_program() if request.reads_program else None, extent)


def _send(connection: Connection, answer: Answer) -> None:
    connection.send_bytes(encode(answer))


def redirect_output(stderr: Path) -> None:
    """Send what this process writes to a file."""
    descriptor = os.open(stderr, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # whoever is killed has said what it said


def _exit_with_parent() -> None:
    """Leave at once when the parent dies, even in the middle of a turn, so that no orphan goes on burning CPU."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(ORPHANED)
