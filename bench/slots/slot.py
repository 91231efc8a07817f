"""The process of a slot: a server of workers on a pipe, with one worker at a time and a line for every message.

Both revisions are forked from the same process, in each of the slots. So where its memory lies, how it scatters its
sets and whatever else a process draws at its start belongs to a slot, and which revision sits in which slot is drawn
for every pair.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from typing import BinaryIO

from bench.workers.protocol import Done, Failure, Pin, Request, Start, Stop, decode_request, encode
from bench.workers.worker import ORPHANED
from bench.workers.worker_process import TURN_LIMIT_S, WorkerError, WorkerProcess, build_context
from mnist_core import InputError

PRELOADED = ["bench.slots.preload", "reports.record.record"]


class Slot:
    """Answers requests, most of them with what its worker answers."""

    def __init__(self) -> None:
        self._context = build_context(PRELOADED)
        self._worker: WorkerProcess | None = None

    def answer(self, request: Request) -> bytes:
        """The line that answers the request: a Failure if the worker or the data failed."""
        try:
            return self._do(request)
        except InputError as error:
            return encode(Failure(str(error), bad_input=True))
        except WorkerError as error:
            return encode(Failure(str(error), bad_input=False, printed=error.printed))

    def _do(self, request: Request) -> bytes:
        match request:
            case Start():
                self.stop()
                self._worker = WorkerProcess(request, self._context, turn_limit_s=request.turn_limit_s or TURN_LIMIT_S)
                return self._worker.introduction
            case Pin(core):
                self._find_worker().pin(core)
            case Stop():
                self.stop()
            case _:
                return self._find_worker().ask(request)
        return encode(Done())

    def stop(self) -> None:
        """End the worker, if there is one."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _find_worker(self) -> WorkerProcess:
        if self._worker is None:
            raise WorkerError("no worker was started.")
        return self._worker


def main() -> None:
    """Answer the requests on standard input until it ends; what libraries print goes to standard error."""
    with os.fdopen(os.dup(1), "wb", buffering=0) as answers:
        os.dup2(2, 1)
        requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=_read, args=(sys.stdin.buffer, requests), daemon=True).start()
        slot = Slot()
        while True:
            answers.write(slot.answer(decode_request(requests.get())))


def _read(lines: BinaryIO, requests: queue.SimpleQueue[bytes]) -> None:
    """Queue the lines; at their end leave at once, even in the middle of a turn: nobody waits for it any more."""
    for line in lines:
        requests.put(line)
    os._exit(ORPHANED)
