"""The process of one revision: starts fresh workers for its cases and answers, one JSON object a line.

Its folder holds the tool's own bench and reports beside the mnist_core of the revision, so both sides of a gate are
measured by the same clock and harness, and differ in mnist_core alone.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from dataclasses import replace
from typing import BinaryIO

import mnist_core
from bench.harness.cases import Case
from bench.harness.gate_cases import build_gate_cases, describe_case
from bench.harness.side_messages import (
    Answer,
    Described,
    DescribeSetting,
    Done,
    Offer,
    OfferCases,
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
from bench.harness.worker import ORPHANED
from bench.harness.workers import Worker, WorkerError, WorkerStarter
from mnist_core.digits import load_digits
from mnist_core.errors import InputError
from mnist_core.versions import describe_versions
from reports.record import Setting


class Side:
    """Answers requests; has one worker at a time, and a second one for a moment while memory is read.

    Args:
        source: of the digits.
    """

    def __init__(self, source: str) -> None:
        self._source, self._start_worker = source, WorkerStarter(source)
        self._cases: dict[str, Case] = {}
        self._worker: Worker | None = None

    def answer(self, request: Request) -> Answer:
        """What became of the request; a Refusal if a worker or the data failed."""
        try:
            return self._do(request)
        except (WorkerError, InputError) as error:
            return Refusal(str(error))

    def _do(self, request: Request) -> Answer:
        match request:
            case OfferCases(arm, num_examples):
                self._cases = {case.id: case for case in build_gate_cases(arm, num_examples)}
                return Offer(tuple(describe_case(case) for case in self._cases.values()), str(mnist_core.__file__))
            case DescribeSetting():
                return _describe_setting(self._source)
            case Start(case_id):
                self.stop()
                self._worker = self._start_worker(self._cases[case_id])
                return Done()
            case TakeTurn():
                return Taken(self._find_worker().measure_turn())
            case Pin(core):
                self._find_worker().pin(core)
                return Done()
            case ReadMemory(case_id):
                return self._read_memory(self._cases[case_id])
            case Stop():
                self.stop()
                return Done()

    def stop(self) -> None:
        """End the worker, if there is one."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _find_worker(self) -> Worker:
        if self._worker is None:
            raise WorkerError("no worker was started.")
        return self._worker

    def _read_memory(self, case: Case) -> Remembered:
        with self._start_worker(replace(case, consumer="memory", step_ms=None)) as worker:
            return Remembered(worker.measure_memory().live_bytes)


def _describe_setting(source: str) -> Described:
    notices: list[str] = []
    digits = load_digits(source, say=notices.append)
    return Described(Setting(digits.name, digits.fingerprint, tuple(describe_versions().items())), tuple(notices))


def main(source: str) -> None:
    """Answer the requests on standard input until it ends; what libraries print goes to standard error."""
    with os.fdopen(os.dup(1), "wb", buffering=0) as answers:
        os.dup2(2, 1)
        requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=_read, args=(sys.stdin.buffer, requests), daemon=True).start()
        side = Side(source)
        while True:
            answers.write(encode(side.answer(decode_request(requests.get()))))


def _read(lines: BinaryIO, requests: queue.SimpleQueue[bytes]) -> None:
    """Queue the lines; at their end leave at once, even in the middle of a turn: nobody waits for it any more."""
    for line in lines:
        requests.put(line)
    os._exit(ORPHANED)


if __name__ == "__main__":
    main(sys.argv[1])
