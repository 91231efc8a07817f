"""Workers under other interpreters than this one: a slot each while it is in use, and kept for the next one."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from bench.slots.process import Launch, SlotError, SlotProcess
from bench.slots.tools import build_tools
from bench.workers.case_worker import Answer, CaseWorker
from bench.workers.fork_server import WorkerStarter
from bench.workers.protocol import Done, Ready, Request, Start, Stop
from bench.workers.worker_process import START_LIMIT_S, STOP_LIMIT_S, TURN_LIMIT_S, WorkerError
from mnist_core import InputError

SEARCH_PATH = "PYTHONPATH"


class SlotWorker(CaseWorker):
    """A worker that the process of a slot has started.

    Args:
        start: The case, its data and its limits.
        process: The slot; no other worker uses it.
        idle: Where the slot is put when this worker is done with it.

    Raises:
        InputError: The digits or the ordering are wrong, whatever the worker.
        WorkerError: The worker could not build its case.
    """

    def __init__(self, start: Start, process: SlotProcess, idle: list[SlotProcess]) -> None:
        self._id, self._idle = start.name, idle
        self._process: SlotProcess | None = process
        self._limit_s = START_LIMIT_S + STOP_LIMIT_S + (start.turn_limit_s or TURN_LIMIT_S)  # the slot's own is shorter
        self.ready = self.ask_for(start, Ready)

    def ask_for(self, request: Request, kind: type[Answer]) -> Answer:
        """The answer to a request; raises as `CaseWorker` says."""
        if self._process is None:
            raise WorkerError(f"{self._id}: it has ended.")
        try:
            self._process.send(request)
            return self._process.receive(kind, limit_s=self._limit_s)
        except SlotError as error:
            if error.failure is None:
                self._process.close()
                self._process = None
                raise WorkerError(f"{self._id}: {error}") from None
            self.close()
            if error.failure.bad_input:
                raise InputError(error.failure.reason) from None
            raise WorkerError(error.failure.reason, error.failure.printed) from None

    def close(self) -> None:
        """End the worker; the slot waits for another one."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.send(Stop())
            process.receive(Done, limit_s=self._limit_s)
        except SlotError:
            process.close()
        else:
            self._idle.append(process)


class InterpreterStarter(WorkerStarter):
    """Starts a worker for a case in the interpreter that its subject names; the slots end when this is closed.

    Each imports nothing but Python's own modules, NumPy, TensorFlow and ours, which are brought along.

    Args:
        source: Where the digits come from.
        memory_limit_bytes: Most bytes that each worker may have; None sets no limit.
        turn_limit_s: Most seconds of a turn that is no training; one that takes longer is a hang.
        scratch: Empty folder for what the slots leave behind.
        hash_seed: Seed of Python's sets and dicts of text, equal in all slots.
    """

    def __init__(
        self, source: str, memory_limit_bytes: int | None = None, *, turn_limit_s: float, scratch: Path, hash_seed: int
    ) -> None:
        super().__init__(source, memory_limit_bytes, turn_limit_s=turn_limit_s)
        self._scratch, self._hash_seed = scratch, hash_seed
        self._tools = build_tools(scratch / "tools")
        self._processes: list[SlotProcess] = []
        self._idle: dict[str, list[SlotProcess]] = {}

    def start(self, start: Start) -> CaseWorker:
        """The worker that is asked for; raises as `Worker` does."""
        python = start.case.subject.python
        if python is None:
            return super().start(start)
        idle = self._idle.setdefault(python, [])
        process = idle.pop() if idle else self._launch(python)
        return SlotWorker(replace(start, run_in=str(Path.cwd())), process, idle)

    def close(self) -> None:
        """End all slots and what they started."""
        for process in self._processes:
            process.close()
        self._processes.clear()
        self._idle.clear()

    def _launch(self, python: str) -> SlotProcess:
        log = self._scratch / f"slot-{len(self._processes)}.log"
        given = tuple(str(Path(each).absolute()) for each in os.environ.get(SEARCH_PATH, "").split(os.pathsep) if each)
        process = SlotProcess(Launch(Path(python), self._tools, self._hash_seed, log, self._scratch, given))
        self._processes.append(process)
        return process
