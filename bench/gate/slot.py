"""The process of a slot: forks fresh workers of either revision and answers, one JSON object a line.

Both revisions are forked from the same process, in each of the slots. So where its memory lies, how it scatters its
sets and whatever else a process draws at its start belongs to a slot, and which revision sits in which slot is drawn
for every pair.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from dataclasses import replace
from typing import BinaryIO

from bench.gate.slot_messages import (
    Answer,
    Done,
    Pin,
    ReadMemory,
    Refusal,
    Remembered,
    Request,
    Start,
    Stop,
    Taken,
    TakeTurn,
    decode_request,
    encode,
)
from bench.gate.staged import StagedCase, serve_staged
from bench.workers.server import Worker, WorkerError, build_context
from bench.workers.worker import ORPHANED
from mnist_core.language.errors import InputError

PRELOADED = ["bench.gate.slot_preload", "reports.record.record"]


class Slot:
    """Answers requests; has one worker at a time, and a second one for a moment while memory is read.

    Args:
        source: of the digits.
    """

    def __init__(self, source: str) -> None:
        self._source, self._context = source, build_context(PRELOADED)
        self._worker: Worker | None = None

    def answer(self, request: Request) -> Answer:
        """What became of the request; a Refusal if a worker or the data failed."""
        try:
            return self._do(request)
        except (WorkerError, InputError) as error:
            return Refusal(str(error))

    def _do(self, request: Request) -> Answer:
        match request:
            case Start(case):
                self.stop()
                self._worker = self._fork(case)
                return Done()
            case TakeTurn():
                return Taken(self._find_worker().measure_turn())
            case Pin(core):
                self._find_worker().pin(core)
                return Done()
            case ReadMemory(case):
                with self._fork(replace(case, asks="memory")) as worker:
                    return Remembered(worker.measure_memory().live_bytes)
            case Stop():
                self.stop()
                return Done()

    def stop(self) -> None:
        """End the worker, if there is one."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _fork(self, case: StagedCase) -> Worker:
        return Worker(case, self._source, self._context, serve=serve_staged)

    def _find_worker(self) -> Worker:
        if self._worker is None:
            raise WorkerError("no worker was started.")
        return self._worker


def main(source: str) -> None:
    """Answer the requests on standard input until it ends; what libraries print goes to standard error."""
    with os.fdopen(os.dup(1), "wb", buffering=0) as answers:
        os.dup2(2, 1)
        requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=_read, args=(sys.stdin.buffer, requests), daemon=True).start()
        slot = Slot(source)
        while True:
            answers.write(encode(slot.answer(decode_request(requests.get()))))


def _read(lines: BinaryIO, requests: queue.SimpleQueue[bytes]) -> None:
    """Queue the lines; at their end leave at once, even in the middle of a turn: nobody waits for it any more."""
    for line in lines:
        requests.put(line)
    os._exit(ORPHANED)
