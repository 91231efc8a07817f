"""The fork server with TensorFlow imported once, and the workers forked from it: one fresh process a case."""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing.context import BaseContext

from bench.consumers.registry import CONSUMERS, find_consumer
from bench.workers import worker_process
from bench.workers.answers import read_answer
from bench.workers.case_worker import Answer, CaseWorker
from bench.workers.protocol import Ready, Request, Start
from bench.workers.worker_process import TURN_LIMIT_S, WorkerError, WorkerProcess
from reports.record.case import Case

PRELOADED = [
    "bench.workers.preload",
    "bench.subjects.digits",
    *dict.fromkeys(each.module for each in CONSUMERS.values()),
]
TRAINING_LIMIT_S = 900.0  # five epochs take some 60 s on a slow machine


def build_context(preloaded: Sequence[str] = PRELOADED) -> BaseContext:
    """Where workers come from, with all that the bench needs, as `build_context` of `worker_process` makes it."""
    return worker_process.build_context(preloaded)


class Worker(WorkerProcess, CaseWorker):
    """A process that measures one case.

    Args:
        case: What it measures.
        source: Where the digits come from.
        context: Where workers come from, as `build_context` makes it.
        turn_limit_s: Most seconds of a turn; one that takes longer is a hang.
        memory_limit_bytes: Most bytes that the process may have; it is refused more.

    Raises:
        InputError: The digits or the ordering are wrong, whatever the worker.
        WorkerError: The process could not build its case.
    """

    def __init__(
        self,
        case: Case,
        source: str,
        context: BaseContext,
        *,
        turn_limit_s: float = TURN_LIMIT_S,
        memory_limit_bytes: int | None = None,
    ) -> None:
        start = Start(case, source, memory_limit_bytes=memory_limit_bytes)
        super().__init__(start, context, turn_limit_s=turn_limit_s)
        self.ready = self._read(self.introduction, Ready)

    def ask_for(self, request: Request, kind: type[Answer]) -> Answer:
        """The answer to a request; raises as `CaseWorker` says."""
        return self._read(self.ask(request), kind)

    def _read(self, line: bytes, kind: type[Answer]) -> Answer:
        try:
            return read_answer(line, kind)
        except ValueError as error:
            self.close()
            raise WorkerError(f"{self._id}: {error}.") from None


class WorkerStarter:
    """Starts a worker for a case; all of them on the same digits.

    Args:
        source: Where the digits come from; "auto" is decided by the first worker, so that the network is asked only
            once.
        memory_limit_bytes: Most bytes that each worker may have; None sets no limit.
        turn_limit_s: Most seconds of a turn that is no training; one that takes longer is a hang.
    """

    def __init__(
        self, source: str, memory_limit_bytes: int | None = None, *, turn_limit_s: float = TURN_LIMIT_S
    ) -> None:
        self._source, self._memory_limit_bytes, self._turn_limit_s = source, memory_limit_bytes, turn_limit_s

    def __call__(self, case: Case) -> CaseWorker:
        """A worker for `case`; raises as `Worker` does."""
        limit_s = TRAINING_LIMIT_S if find_consumer(case.consumer).trains else self._turn_limit_s
        worker = self.start(
            Start(case, self._source, memory_limit_bytes=self._memory_limit_bytes, turn_limit_s=limit_s)
        )
        if self._source == "auto":
            self._source = worker.ready.setting.data_name
        return worker

    def start(self, start: Start) -> CaseWorker:
        """The worker that is asked for; raises as `Worker` does."""
        return Worker(
            start.case,
            start.source,
            build_context(),
            turn_limit_s=start.turn_limit_s or TURN_LIMIT_S,
            memory_limit_bytes=start.memory_limit_bytes,
        )
