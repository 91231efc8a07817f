"""A worker's process, seen from the one that forked it: asked, pinned, ended, and stopped at its limits."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TypeVar

from bench.workers.protocol import Describe, Propose, Request, Start, encode, find_failure
from bench.workers.worker import serve
from mnist_core import InputError
from mnist_core.files.parts import hold_scratch

START_LIMIT_S = 120.0  # the fork server's import of TensorFlow and a first drawing of the digits included
IMPORT_LIMIT_S = 30.0  # 4 s with byte code, 13 s without, on a loaded machine more
TURN_LIMIT_S = 120.0  # the slowest named ordering takes some 5 s on a slow machine
STOP_LIMIT_S = 5.0
PROC = Path("/proc")
SCRATCH = "mnist-bench-worker-"
SERVER_FOLDER, FIRST = Path(__file__).resolve().parent / "server_folder", "mnist_bench_first"
CHATTER = re.compile(
    r"\d{4}-\d\d-\d\d [\d:.]+: [IW] |[IW]\d{4} [\d:.]+ +\d+ \S+\] |WARNING: All log messages before absl"
    r"|To enable the following instructions"
    r"|.*\.cc:\d+\] (failed call to cuInit|Unable to register cu\w+ factory|computation placer already registered)"
)  # lines that TensorFlow logs at its start and that tell of no failure
BEFORE_BEGIN = " before it began"
PROGRAM = "__main__"  # the module that Python was started with
LAST_WORDS = 300  # characters of stderr that a reason quotes

Self = TypeVar("Self", bound="WorkerProcess")
MOST_PRINTED, LONGEST_PRINTED = 10, 200  # lines and characters of what a pipeline that fails had printed


class WorkerError(RuntimeError):
    """A worker died, hung or refused; the message says which case, how and why in one line.

    Args:
        message: The line.
        printed: What the process had printed, TensorFlow's own chatter left out; empty where nobody asked.

    Example:
        >>> try:
        ...     record = measure(build_case("post"))
        ... except WorkerError as error:
        ...     print(error)
    """

    def __init__(self, message: str, printed: str = "") -> None:
        super().__init__(message)
        self.printed = printed

    def name_pipeline(self, name: str, case_id: str) -> str:
        """The message with the name of the pipeline in it, and without the id of the case that it begins with.

        Args:
            name: Name of the pipeline.
            case_id: Id of the case.
        """
        reason = str(self).removeprefix(f"{case_id}: ")
        is_named = re.search(rf"\b{re.escape(name.partition(':')[0])}\b", reason)
        return reason if is_named else f"{name}: {reason}"

    def list_printed(self) -> list[str]:
        """The last lines of what had been printed, to stand below the message."""
        lines = [line for line in self.printed.splitlines() if line.strip()]
        left_out = len(lines) - MOST_PRINTED
        before = [f"  ... {left_out} lines before"] if left_out > 0 else []
        return [*before, *(f"  | {line[:LONGEST_PRINTED]}" for line in lines[-MOST_PRINTED:])]


def forks() -> bool:
    """True if workers are forked from a server here; else each imports TensorFlow itself."""
    return "forkserver" in multiprocessing.get_all_start_methods()


def build_context(preloaded: Sequence[str]) -> BaseContext:
    """Where workers come from: a fork server that has imported TensorFlow, or spawn where fork does not exist.

    A spawned worker imports TensorFlow itself, 4 s and more for each case instead of once.

    Args:
        preloaded: Modules that the fork server imports, in order.
    """
    if not forks():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([FIRST, *preloaded])
    _start_server()
    return context


def _start_server() -> None:
    """Start the fork server, if none runs, where no ``bench/`` of a person's is: it imports from its folder first.

    Its workers have the import path and the folder of this process.
    """
    from multiprocessing.forkserver import ensure_running  # noqa: PLC0415  # not every system has it

    folder = Path.cwd()
    os.chdir(SERVER_FOLDER)
    try:
        ensure_running()
    finally:
        os.chdir(folder)


@contextlib.contextmanager
def hide_program() -> Iterator[None]:
    """Let processes that are started in the block not import the program that starts them, as multiprocessing has it.

    They need nothing of it, and it may be no file or measure where it is imported.
    """
    program = sys.modules[PROGRAM]
    sys.modules[PROGRAM] = ModuleType(PROGRAM)
    try:
        yield
    finally:
        sys.modules[PROGRAM] = program


class WorkerProcess:
    """A process that was forked for one case, description or proposal, and what it answers, unread.

    Args:
        start: The case or the dataset, its data and its limits.
        context: Where workers come from, as `build_context` makes it.
        turn_limit_s: Most seconds that an answer may take; a turn that takes longer is a hang.
        start_limit_s: Most seconds that the first answer may take; None allows for an import of TensorFlow and a turn.

    Raises:
        InputError: The digits or the ordering are wrong, whatever the worker.
        WorkerError: The process could not build its case.
    """

    def __init__(
        self,
        start: Start | Describe | Propose,
        context: BaseContext,
        *,
        turn_limit_s: float = TURN_LIMIT_S,
        start_limit_s: float | None = None,
    ) -> None:
        self._id, self._turn_limit_s = start.name, turn_limit_s
        self._own = start.subject.text if start.subject.reads_own_data else None
        self._scratch = contextlib.ExitStack()
        self.stderr = self._scratch.enter_context(hold_scratch(SCRATCH)) / "stderr"
        self._connection, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(  # type: ignore[attr-defined]  # every real context has it
            target=serve, args=(theirs, self.stderr), daemon=True, name=self._id
        )
        with hide_program():
            self._process.start()
        theirs.close()
        self.introduction = self._ask(start, start_limit_s or min(START_LIMIT_S, IMPORT_LIMIT_S + turn_limit_s))
        """The line in which it said that it is ready."""

    @property
    def pid(self) -> int:
        """The process's number."""
        pid = self._process.pid
        assert pid is not None, "it was started"  # noqa: S101  # for the type checker
        return pid

    def ask(self, request: Request) -> bytes:
        """The line of its answer, which is no Failure.

        Raises:
            WorkerError: The process died, hung past its limit or reported a failure; it is gone then.
            InputError: It found that what it was given is wrong, whatever the worker.
        """
        return self._ask(request, self._turn_limit_s)

    def pin(self, core: int) -> None:
        """Keep all threads of the process, and those that they start, on one core from now on.

        Done after a warm-up, when TensorFlow's pools have as many threads as the machine has cores: with pools of one
        thread a pipeline is another one.

        Raises:
            WorkerError: The system cannot do it, or has no such core.
        """
        pinned: set[str] = set()
        try:
            while threads := {each.name for each in (PROC / str(self.pid) / "task").iterdir()} - pinned:
                for thread in threads:
                    with contextlib.suppress(ProcessLookupError):  # it has ended since
                        os.sched_setaffinity(int(thread), {core})
                pinned |= threads
        except (OSError, AttributeError) as error:
            raise WorkerError(f"{self._id}: cannot be pinned to core {core}: {error}.") from None

    def close(self) -> None:
        """End the process, gently first; harmless if it is gone."""
        self._connection.close()
        self._process.join(STOP_LIMIT_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._scratch.close()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, request: Request, limit_s: float) -> bytes:
        try:
            self._connection.send_bytes(encode(request))
        except OSError:
            raise self._died() from None
        line = self._receive(limit_s)
        failure = find_failure(line)
        if failure is None:
            return line
        printed = self._read_printed()
        self.close()
        if failure.bad_input:
            raise InputError(failure.reason)
        raise WorkerError(f"{self._id}: {failure.reason}", printed)

    def _receive(self, limit_s: float) -> bytes:
        try:
            if self._connection.poll(limit_s):
                return self._connection.recv_bytes()
        except (EOFError, OSError):
            raise self._died() from None
        self._process.kill()
        printed = self._read_printed()
        self.close()
        raise WorkerError(f"{self._id}: gave no answer within {limit_s:g} s and was stopped.", printed)

    def _died(self) -> WorkerError:
        self._process.join(STOP_LIMIT_S)
        code = self._process.exitcode
        began = self.stderr.exists()
        how = _describe_end(code, in_own_code=self._own is not None and began) + ("" if began else BEFORE_BEGIN)
        printed = self._read_printed()
        self.close()
        words = " ".join(printed.split())[-LAST_WORDS:]
        who = "worker" if self._own is None else f"{self._own}: its process"
        return WorkerError(f"{self._id}: {who} {how}{f'; its last words: {words}' if words else '.'}", printed)

    def _read_printed(self) -> str:
        """What it has printed, without what TensorFlow says of its own accord."""
        try:
            text = self.stderr.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""
        return "".join(line for line in text.splitlines(keepends=True) if not CHATTER.match(line))


def _describe_end(code: int | None, *, in_own_code: bool) -> str:
    """How a process ended.

    Args:
        code: Its exit code, below zero for a signal.
        in_own_code: True if a person's code ran in it, which may have ended it.
    """
    hint = ", perhaps in its own code" if in_own_code else ""
    if code is None or code >= 0:
        return f"ended by itself with exit code {code}{hint}" if in_own_code else f"ended with {code}"
    name = signal.Signals(-code).name
    if name in {"SIGKILL", "SIGTERM"}:
        hint = ", as the system does when memory runs out" if name == "SIGKILL" else ""
    return f"was killed by {name}{hint}"
