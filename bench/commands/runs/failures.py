"""Pipelines that fail: each in one line, and what it had printed below."""

from __future__ import annotations

import re
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
        told.setdefault(name_failure(name, case_id, failure), failure)
    for line, failure in told.items():
        _tell(line, failure)


def name_failure(name: str, case_id: str, failure: WorkerError) -> str:
    """The failure in one line, which names the pipeline, and not the case.

    Args:
        name: Name of the pipeline.
        case_id: Id of the case.
        failure: What happened.
    """
    reason = str(failure).removeprefix(f"{case_id}: ")
    is_named = re.search(rf"\b{re.escape(name.partition(':')[0])}\b", reason)
    return reason if is_named else f"{name}: {reason}"


def _tell(line: str, failure: WorkerError) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"error: {line}", style="red", markup=False)
    for printed in failure.list_printed():
        console.print(printed, markup=False)
