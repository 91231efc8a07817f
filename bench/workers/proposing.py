"""Asks a fresh worker what may be changed of a pipeline without changing what it means."""

from __future__ import annotations

from bench.workers.answers import read_answer
from bench.workers.describing import LIMIT_S
from bench.workers.protocol import Propose
from bench.workers.worker_process import WorkerError, WorkerProcess, build_context
from reports.record.case import ORDERING, Subject
from reports.record.proposal import Proposal

PRELOADED = ["bench.workers.preload", "bench.advice.propose"]
OWN = "orderings of our digits are compared as they are written: mnist-bench run --ordering"


def ask_proposal(
    subject: Subject, _source: str, *, memory_bytes: int | None = None, tolerance: float = 0.0
) -> Proposal:
    """What may be changed of a pipeline, found out in a fresh worker: every rewrite is proved, and run once.

    Args:
        subject: The pipeline, as text.
        _source: Where the digits of an ordering come from, as `ask_description` takes it; no ordering is rewritten.
        memory_bytes: Most bytes that a rewrite may be predicted to hold; None sets no limit.
        tolerance: By which share floats may differ.

    Raises:
        InputError: The subject cannot be had; the message names the person's file and line.
        WorkerError: The worker died or hung.
    """
    if subject.kind == ORDERING:
        return Proposal((), (), (OWN,))
    asked = Propose(subject, memory_bytes, tolerance)
    with WorkerProcess(asked, build_context(PRELOADED), start_limit_s=LIMIT_S) as worker:
        try:
            return read_answer(worker.introduction, Proposal)
        except ValueError as error:
            raise WorkerError(f"{subject.name}: {error}.") from None
