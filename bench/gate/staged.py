"""Turns a process that has imported TensorFlow into a worker of one revision. Imports no mnist_core before that."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

from bench.workers.messages import Failure

GATED = "mnist_core"


@dataclass(frozen=True)
class StagedCase:
    """A case as its revision builds it.

    Args:
        id: by which the revision knows it.
        folder: that holds the revision's mnist_core, and no other package.
        arm: of all cases of the gate.
        num_examples: of an epoch.
        asks: for turns, or for what the pipeline holds.
    """

    id: str
    folder: str
    arm: str
    num_examples: int
    asks: Literal["turns", "memory"] = "turns"


def serve_staged(connection: Connection, staged: StagedCase, source: str, stderr: Path, _limit: int | None) -> None:
    """Answer as `bench.workers.worker.serve` does, with the mnist_core of the case's revision."""
    import_revision(staged.folder)
    try:
        from bench.cases.gate import find_gate_case  # noqa: PLC0415  # both import the revision's mnist_core
        from bench.workers.worker import serve  # noqa: PLC0415

        case = find_gate_case(staged.id, staged.arm, staged.num_examples, reads_memory=staged.asks == "memory")
    except Exception as error:  # noqa: BLE001  # whatever the revision does wrong, the gate must be told
        connection.send(Failure(f"{type(error).__name__}: {error}", bad_input=False))
        return
    serve(connection, case, source, stderr)


def import_revision(folder: str) -> None:
    """Import from now on the mnist_core in `folder`.

    Raises:
        ImportError: another one is in use already.
    """
    used = sorted(name for name in sys.modules if name.partition(".")[0] == GATED)
    if used:
        raise ImportError(f"{used[0]} was imported before its revision was known.")
    sys.path.insert(0, folder)
