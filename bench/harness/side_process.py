"""Starts the process of a revision and talks to it."""

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

import bench
import reports
from bench.harness.side_messages import (
    Answer,
    Described,
    DescribeSetting,
    Offer,
    OfferCases,
    Refusal,
    Request,
    decode_answer,
    encode,
)
from bench.harness.workers import LAST_WORDS, START_LIMIT_S, STOP_LIMIT_S, TURN_LIMIT_S
from mnist_core.errors import InputError

TOOLS = {package.__name__: Path(str(package.__file__)).parent for package in (bench, reports)}
GATED = "mnist_core"
ANSWER_LIMIT_S = START_LIMIT_S + TURN_LIMIT_S  # beyond what the side itself grants a worker

Wanted = TypeVar("Wanted", bound=Answer)


class SideError(RuntimeError):
    """A side gave no answer or refused; the message says why in one line."""


@dataclass(frozen=True)
class Launch:
    """How to start a side's process.

    Args:
        name: for error lines, such as "base (main)".
        python: the interpreter.
        folder: what `build_stage` made; the process's working folder.
        source: of the digits.
        hash_seed: of Python's sets and dicts of text, equal for both sides of a pair.
        scratch: a folder for files and sockets that it may leave behind.
    """

    name: str
    python: Path
    folder: Path
    source: str
    hash_seed: int
    scratch: Path


def build_stage(folder: Path, core: Path) -> Path:
    """A folder from which Python imports the bench and reports of this tool, and the mnist_core in `core`."""
    folder.mkdir(parents=True)
    for name, package in {**TOOLS, GATED: core / GATED}.items():
        (folder / name).symlink_to(package, target_is_directory=True)
    return folder


class SideProcess:
    """The process of a revision, as the gate sees it."""

    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        self._log = launch.scratch / f"{launch.folder.parent.name}-{launch.folder.name}.log"
        variables = {
            **os.environ,
            "PYTHONPATH": str(launch.folder),
            "PYTHONHASHSEED": str(launch.hash_seed),
            "TMPDIR": str(launch.scratch),
        }
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own module
                [str(launch.python), "-m", "bench.harness.side", launch.source],
                cwd=launch.folder,
                env=variables,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the gate, which ends its sides in order
            )
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def offer_cases(self, request: OfferCases) -> Offer:
        """The cases of the revision, whose mnist_core was imported and no other.

        Raises:
            InputError: it does not work with this bench, or another one was imported in its place.
        """
        offered = self._ask(request, Offer)
        if Path(offered.core_file) != self._launch.folder / GATED / "__init__.py":
            raise InputError(f"{self._launch.name}: {GATED} was imported from {offered.core_file}, not its revision.")
        return offered

    def describe_setting(self) -> Described:
        """The data and the versions that it measures with; raises InputError if the data cannot be had."""
        return self._ask(DescribeSetting(), Described)

    def _ask(self, request: Request, kind: type[Wanted]) -> Wanted:
        try:
            self.send(request)
            return self.receive(kind)
        except SideError as error:
            raise InputError(str(error)) from None

    def send(self, request: Request) -> None:
        """Ask for something; `receive` waits for the answer.

        Raises:
            SideError: the process is gone.
        """
        assert self._process.stdin is not None, "it is a pipe"  # noqa: S101  # for the type checker
        try:
            self._process.stdin.write(encode(request))
            self._process.stdin.flush()
        except OSError:
            raise SideError(f"{self._launch.name}: {self._tell_end()}") from None

    def receive(self, kind: type[Wanted]) -> Wanted:
        """The answer to the oldest request that has none yet.

        Raises:
            SideError: it was refused, or the process is gone, or silent for too long.
        """
        try:
            line = self._answers.get(timeout=ANSWER_LIMIT_S)
        except queue.Empty:
            raise SideError(f"{self._launch.name}: gave no answer within {ANSWER_LIMIT_S:g} s.") from None
        if not line:
            raise SideError(f"{self._launch.name}: {self._tell_end()}")
        answer = decode_answer(line)
        if isinstance(answer, Refusal):
            raise SideError(answer.reason)
        if not isinstance(answer, kind):
            raise SideError(f"{self._launch.name}: answered {type(answer).__name__}, not {kind.__name__}.")
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
        return f"its process ended: {words}."
