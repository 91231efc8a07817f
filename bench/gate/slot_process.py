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
from typing import TypeVar

from bench.gate.slot_messages import Answer, Refusal, Request, decode_answer, encode
from bench.workers.server import LAST_WORDS, START_LIMIT_S, STOP_LIMIT_S, TURN_LIMIT_S

# Not as a module: multiprocessing would import that again in every worker, and the tool's mnist_core with it.
SCRIPT = "import sys; from bench.gate.slot import main; main(sys.argv[1])"
ANSWER_LIMIT_S = START_LIMIT_S + TURN_LIMIT_S  # beyond what the slot itself grants a worker

Wanted = TypeVar("Wanted", bound=Answer)


class SlotError(RuntimeError):
    """A slot gave no answer or refused; the message says why in one line."""


@dataclass(frozen=True)
class Launch:
    """How to start the process of a slot.

    Args:
        python: the interpreter.
        tools: the folder that it imports the bench from.
        source: of the digits.
        hash_seed: of Python's sets and dicts of text, equal in all slots.
        log: a file for what it says.
        scratch: a folder for files and sockets that it may leave behind.
    """

    python: Path
    tools: Path
    source: str
    hash_seed: int
    log: Path
    scratch: Path


class SlotProcess:
    """The process of a slot, as the gate sees it."""

    def __init__(self, launch: Launch) -> None:
        self._log = launch.log
        variables = {
            **os.environ,
            "PYTHONPATH": str(launch.tools),
            "PYTHONHASHSEED": str(launch.hash_seed),
            "TMPDIR": str(launch.scratch),
        }
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own module
                [str(launch.python), "-c", SCRIPT, launch.source],
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
            SlotError: the process is gone.
        """
        assert self._process.stdin is not None, "it is a pipe"  # noqa: S101  # for the type checker
        try:
            self._process.stdin.write(encode(request))
            self._process.stdin.flush()
        except OSError:
            raise SlotError(self._tell_end()) from None

    def receive(self, kind: type[Wanted]) -> Wanted:
        """The answer to the oldest request that has none yet.

        Raises:
            SlotError: it was refused, or the process is gone, or silent for too long.
        """
        try:
            line = self._answers.get(timeout=ANSWER_LIMIT_S)
        except queue.Empty:
            raise SlotError(f"the process of a slot gave no answer within {ANSWER_LIMIT_S:g} s.") from None
        if not line:
            raise SlotError(self._tell_end())
        answer = decode_answer(line)
        if isinstance(answer, Refusal):
            raise SlotError(answer.reason)
        if not isinstance(answer, kind):
            raise SlotError(f"the process of a slot answered {type(answer).__name__}, not {kind.__name__}.")
        return answer

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
