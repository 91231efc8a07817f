"""Pipelines that fail: each in one line, and what it had printed below."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from bench.workers.worker_process import WorkerError


def tell_failures(failures: Sequence[tuple[str, str, WorkerError]]) -> None:
    """Print each failure once, with the pipeline's name: a pipeline that fails does so for every consumer.

    Args:
        failures: Name of the pipeline and id of the case, which the line begins with, for each failure.
    """
    told: dict[str, WorkerError] = {}
    for name, case_id, failure in failures:
        told.setdefault(failure.name_pipeline(name, case_id), failure)
    for line, failure in told.items():
        _tell(line, failure)


def _tell(line: str, failure: WorkerError) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"error: {line}", style="red", markup=False)
    for printed in failure.list_printed():
        console.print(printed, markup=False)
