"""The fork server with TensorFlow imported once, and the workers forked from it: one fresh process a case."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Callable, Sequence
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Protocol, TypeVar

from bench.cases.case import Case
from bench.consumers.step_times import StepTimes
from bench.workers.messages import Failure, Message, Ready, Request, TraceRequest, WarmedUp
from bench.workers.worker import MEMORY, TURN, WARM_UP, serve
from mnist_core.language.errors import InputError
from reports.record.record import Memory, Sample

PRELOADED = [  # in this order
    *("bench.workers.preload", "bench.consumers.registry", "bench.consumers.traced"),
    "mnist_core.digits.load",
]
START_LIMIT_S = 120.0  # the fork server's import of TensorFlow and a first drawing of the digits included
TURN_LIMIT_S = 120.0  # the slowest named ordering takes some 5 s on a slow machine
TRAINING_LIMIT_S = 900.0  # five epochs take some 60 s on a slow machine
STOP_LIMIT_S = 5.0
PROC = Path("/proc")
LAST_WORDS = 300  # characters of stderr that a reason quotes


Answer = TypeVar("Answer", Ready, WarmedUp, Sample, Memory, StepTimes)


class WorkerError(RuntimeError):
    """A worker died, hung or refused; the message says which case, how and why in one line.

    Example:
        >>> try:
        ...     record = measure(build_case("post"))
        ... except WorkerError as error:
        ...     print(error)
    """


def forks() -> bool:
    """True if workers are forked from a server here; else each imports TensorFlow itself."""
    return "forkserver" in multiprocessing.get_all_start_methods()


def build_context(preloaded: Sequence[str] = PRELOADED) -> BaseContext:
    """Where workers come from: a fork server that has imported TensorFlow, or spawn where fork does not exist.

    A spawned worker imports TensorFlow itself, 4 s and more for each case instead of once.

    Args:
        preloaded: modules that the fork server imports, in order.
    """
    if not forks():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preloaded))
    return context


class Identified(Protocol):
    """A case, or what a worker makes one of."""

    @property
    def id(self) -> str:
        """What error lines call it."""


class Worker:
    """A process that measures one case.

    Args:
        case: what it measures.
        source: of the digits.
        context: from `build_context`.
        serve: what the process runs; takes a connection, the case, the source, a file for stderr and the memory limit.
        turn_limit_s: a turn that takes longer is a hang.
        memory_limit_bytes: a process that wants more is refused it.

    Raises:
        InputError: the digits or the ordering are wrong, whatever the worker.
        WorkerError: the process could not build its case.
    """

    def __init__(
        self,
        case: Identified,
        source: str,
        context: BaseContext,
        *,
        serve: Callable[..., None] = serve,
        turn_limit_s: float = TURN_LIMIT_S,
        memory_limit_bytes: int | None = None,
    ) -> None:
        self.case = case
        self._turn_limit_s = turn_limit_s
        self._folder = tempfile.TemporaryDirectory(prefix="mnist-bench-")
        self.stderr = Path(self._folder.name) / "stderr"
        self._connection, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(  # type: ignore[attr-defined]  # every real context has it
            target=serve, args=(theirs, case, source, self.stderr, memory_limit_bytes), daemon=True, name=case.id
        )
        self._process.start()
        theirs.close()
        self.ready = self._expect(Ready, START_LIMIT_S)

    @property
    def pid(self) -> int:
        """The process's number."""
        pid = self._process.pid
        assert pid is not None, "it was started"  # noqa: S101  # for the type checker
        return pid

    def warm_up(self) -> WarmedUp:
        """The first turn and the program that it ran; raises as `measure_turn` does."""
        return self._ask(WARM_UP, WarmedUp)

    def measure_turn(self) -> Sample:
        """The sample of one turn.

        Raises:
            WorkerError: the process died, hung past its limit or reported a failure; it is gone then.
        """
        return self._ask(TURN, Sample)

    def measure_memory(self) -> Memory:
        """What the case holds; raises as `measure_turn` does."""
        return self._ask(MEMORY, Memory)

    def capture_trace(self, folder: Path) -> StepTimes:
        """Leave a trace of the case's training step below `folder`; raises as `measure_turn` does."""
        return self._ask(TraceRequest(folder), StepTimes)

    def pin(self, core: int) -> None:
        """Keep all threads of the process, and those that they start, on one core from now on.

        Done after a warm-up, when TensorFlow's pools have as many threads as the machine has cores: with pools of one
        thread a pipeline is another one.

        Raises:
            WorkerError: the system cannot do it, or has no such core.
        """
        pinned: set[str] = set()
        try:
            while threads := {each.name for each in (PROC / str(self.pid) / "task").iterdir()} - pinned:
                for thread in threads:
                    with contextlib.suppress(ProcessLookupError):  # it has ended since
                        os.sched_setaffinity(int(thread), {core})
                pinned |= threads
        except (OSError, AttributeError) as error:
            raise WorkerError(f"{self.case.id}: cannot be pinned to core {core}: {error}.") from None

    def close(self) -> None:
        """End the process, gently first; harmless if it is gone."""
        self._connection.close()
        self._process.join(STOP_LIMIT_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._folder.cleanup()

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, request: Request, kind: type[Answer]) -> Answer:
        try:
            self._connection.send(request)
        except OSError:
            raise self._died() from None
        return self._expect(kind, self._turn_limit_s)

    def _expect(self, kind: type[Answer], limit_s: float) -> Answer:
        message = self._receive(limit_s)
        if isinstance(message, kind):
            return message
        self.close()
        if isinstance(message, Failure):
            raise InputError(message.reason) if message.bad_input else WorkerError(f"{self.case.id}: {message.reason}")
        raise WorkerError(f"{self.case.id}: the worker answered {type(message).__name__}, not {kind.__name__}.")

    def _receive(self, limit_s: float) -> Message:
        try:
            if self._connection.poll(limit_s):
                message: Message = self._connection.recv()  # pickled by our own worker
                return message
        except (EOFError, OSError):
            raise self._died() from None
        self._process.kill()
        self.close()
        raise WorkerError(f"{self.case.id}: gave no answer within {limit_s:g} s and was stopped.")

    def _died(self) -> WorkerError:
        self._process.join(STOP_LIMIT_S)
        code = self._process.exitcode
        how = _describe_end(code)
        words = self._last_words()
        self.close()
        return WorkerError(f"{self.case.id}: worker {how}{words}")

    def _last_words(self) -> str:
        try:
            text = self.stderr.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return "."
        words = " ".join(text.split())[-LAST_WORDS:]
        return f"; its last words: {words}" if words else "."


def _describe_end(code: int | None) -> str:
    if code is None or code >= 0:
        return f"ended with {code}"
    name = signal.Signals(-code).name
    hint = ", as the system does when memory runs out" if name == "SIGKILL" else ""
    return f"was killed by {name}{hint}"


class WorkerStarter:
    """Starts a worker for a case; all of them on the same digits.

    Args:
        source: of the digits; "auto" is decided by the first worker, so that the network is asked only once.
        memory_limit_bytes: of each worker; None is none.
    """

    def __init__(self, source: str, memory_limit_bytes: int | None = None) -> None:
        self._source, self._memory_limit_bytes = source, memory_limit_bytes
        self._context = build_context()

    def __call__(self, case: Case) -> Worker:
        """A worker for `case`; raises as `Worker` does."""
        limit_s = TRAINING_LIMIT_S if case.consumer == "fit" else TURN_LIMIT_S
        worker = Worker(
            case, self._source, self._context, turn_limit_s=limit_s, memory_limit_bytes=self._memory_limit_bytes
        )
        if self._source == "auto":
            self._source = worker.ready.setting.data_name
        return worker
