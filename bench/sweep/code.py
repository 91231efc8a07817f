"""The winner's code, found and held against what was measured: a patch that makes another pipeline is none."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bench.subjects.pipeline_text import find_code
from bench.sweep.contenders import build_contender
from bench.sweep.patch import patch_chain, write_patch
from bench.workers.worker_process import WorkerError
from mnist_core.language.errors import InputError
from reports.record.case import PIPELINE, Subject
from reports.record.description import Description
from reports.record.proposal import Candidate

Describe = Callable[[Subject], Description]


@dataclass(frozen=True)
class Code:
    """A rewrite as code.

    Args:
        chain: The chain, as a person would write it.
        patch: Patch of the file that holds it; empty where it is not in one expression.
    """

    chain: str
    patch: str = ""


def write_code(subject: Subject, candidate: Candidate, describe: Describe) -> Code:
    """A candidate's code, with a patch where the chain is in one expression of a person's file.

    The patched file is built once, in another place: its stages must be those of the candidate.

    Args:
        subject: The pipeline as it is.
        candidate: The rewrite.
        describe: Tells the stages of a pipeline; may raise InputError and WorkerError.
    """
    try:
        found = patch_chain(describe(subject), candidate.text)
        if found is not None and _makes(subject, candidate, *found, describe):
            return Code(candidate.chain, write_patch(*found))
    except (InputError, WorkerError, UnicodeDecodeError):
        pass
    return Code(candidate.chain)


def _makes(subject: Subject, candidate: Candidate, file: Path, changed: bytes, describe: Describe) -> bool:
    """True if the changed file makes the candidate, as far as its stages and their numbers tell."""
    own = find_code(subject)
    if own is None or subject.kind != PIPELINE or own.resolve() != file.resolve():
        return False
    with tempfile.TemporaryDirectory(prefix="mnist-bench-") as folder:
        for beside in file.resolve().parent.iterdir():  # what it imports and reads lies beside it
            if beside.name != file.name:
                (Path(folder) / beside.name).symlink_to(beside)
        (copy := Path(folder) / file.name).write_bytes(changed)
        patched = replace(subject, text=f"{copy}:{subject.text.rpartition(':')[2]}")
        return tell_stages(describe(patched)) == tell_stages(describe(build_contender(subject, candidate)))


def tell_stages(description: Description) -> list[tuple[str, object, object]]:
    """What makes a pipeline what it is: the name, the numbers and the functions of every stage."""
    return [
        (stage.name, stage.arguments, tuple(each.operations for each in stage.functions))
        for stage in description.stages
    ]
