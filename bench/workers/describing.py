"""Describes a subject without timing it, in a fresh worker."""

from __future__ import annotations

from bench.workers.answers import read_answer
from bench.workers.protocol import Describe
from bench.workers.worker_process import WorkerError, WorkerProcess, build_context
from reports.record.case import Subject
from reports.record.description import Description

PRELOADED = ["bench.workers.preload", "bench.pipelines.describe"]
LIMIT_S = 300.0  # a person's code may read a whole table before it makes a dataset of it


def ask_description(subject: Subject, source: str, *, memory_limit_bytes: int | None = None) -> Description:
    """What can be known of a dataset without timing it, found out in a fresh worker.

    Args:
        subject: The dataset, as text.
        source: Where the digits of an ordering come from.
        memory_limit_bytes: Most bytes of data that the worker may have; None sets no limit.

    Raises:
        InputError: The subject cannot be had; the message names the person's file and line.
        WorkerError: The worker died or hung.
    """
    asked = Describe(subject, source, memory_limit_bytes)
    with WorkerProcess(asked, build_context(PRELOADED), start_limit_s=LIMIT_S) as worker:
        try:
            return read_answer(worker.introduction, Description)
        except ValueError as error:
            raise WorkerError(f"{subject.name}: {error}.") from None
