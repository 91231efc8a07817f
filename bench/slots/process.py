"""Starts the process of a slot and talks to it."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from bench.workers.answers import Wanted, read_answer
from bench.workers.protocol import Failure, Request, encode, find_failure
from bench.workers.worker_process import LAST_WORDS, START_LIMIT_S, STOP_LIMIT_S, TURN_LIMIT_S

SCRIPT = "from bench.slots.slot import main; main()"
ANSWER_LIMIT_S = START_LIMIT_S + TURN_LIMIT_S  # beyond what the slot itself grants a worker


class SlotError(RuntimeError):
    """A slot gave no answer or refused; the message says why in one line.

    Args:
        message: The line.
        failure: What the slot told of a worker that failed; None where the slot itself did.
    """

    def __init__(self, message: str, failure: Failure | None = None) -> None:
        super().__init__(message)
        self.failure = failure


@dataclass(frozen=True)
class Launch:
    """How to start the process of a slot.

    Args:
        python: Interpreter that runs it.
        tools: Folder that it imports the bench from.
        hash_seed: Seed of Python's sets and dicts of text, equal in all slots.
        log: File for what it says.
        scratch: Folder for files and sockets that it may leave behind.
        search_path: Further folders that it may import from, after all else of ours.
    """

    python: Path
    tools: Path
    hash_seed: int
    log: Path
    scratch: Path
    search_path: tuple[str, ...] = ()


class SlotProcess:
    """The process of a slot, as the gate sees it."""

    def __init__(self, launch: Launch) -> None:
        self._log = launch.log
        variables = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join((str(launch.tools), *launch.search_path)),
            "PYTHONHASHSEED": str(launch.hash_seed),
            "TMPDIR": str(launch.scratch),
        }
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own module
                [str(launch.python), "-c", SCRIPT],
                cwd=launch.scratch,
                env=variables,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the gate, which ends its processes in order
            )
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, request: Request) -> None:
        """Ask for something; `receive` waits for the answer.

        Raises:
            SlotError: The process is gone.
        """
        assert self._process.stdin is not None, "it is a pipe"  # noqa: S101  # for the type checker
        try:
            self._process.stdin.write(encode(request))
            self._process.stdin.flush()
        except OSError:
            raise SlotError(self._tell_end()) from None

    def receive(self, kind: type[Wanted], *, limit_s: float = ANSWER_LIMIT_S) -> Wanted:
        """The answer to the oldest request that has none yet.

        Args:
            kind: Type of the answer.
            limit_s: Most seconds to wait for it.

        Raises:
            SlotError: It was refused, or the process is gone, or silent for too long.
        """
        try:
            line = self._answers.get(timeout=limit_s)
        except queue.Empty:
            raise SlotError(f"the process of a slot gave no answer within {limit_s:g} s.") from None
        if not line:
            raise SlotError(self._tell_end())
        if failure := find_failure(line):
            raise SlotError(failure.reason, failure)
        try:
            return read_answer(line, kind)
        except ValueError as error:
            raise SlotError(f"the process of a slot {error}.") from None

    def close(self) -> None:
        """End the process and all that it started."""
        assert self._process.stdin is not None, "it is a pipe"  # noqa: S101  # for the type checker
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_LIMIT_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # its workers too, whatever they are doing
        self._process.wait()

    def _listen(self) -> None:
        """Queue what the process answers; an empty line is its end."""
        assert self._process.stdout is not None, "it is a pipe"  # noqa: S101  # for the type checker
        with self._process.stdout as lines:
            for line in lines:
                self._answers.put(line)
        self._answers.put(b"")

    def _tell_end(self) -> str:
        self._process.wait(STOP_LIMIT_S)
        said = [line for line in self._log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
        words = said[-1].strip()[:LAST_WORDS] if said else f"exit code {self._process.returncode}"
        return f"the process of a slot ended: {words}."
