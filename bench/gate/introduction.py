"""Asks a revision, in a process of its own, for its cases, its data and its versions."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from bench.gate.design import PairDesign
from bench.workers.answers import read_answer
from bench.workers.protocol import Introduction, Package, find_failure
from mnist_core import InputError


def ask_introduction(
    name: str, python: Path, package: Package, source: str, design: PairDesign, *, tools: Path
) -> Introduction:
    """What the revision says of itself.

    Args:
        name: What error lines call the revision.
        python: Interpreter that it runs with.
        package: Its code.
        source: Where the digits come from.
        design: How its cases are measured; says which arm they are in, and how long their epochs are.
        tools: Folder that the bench is imported from.

    Raises:
        InputError: It does not work with this bench, or the data cannot be had.
    """
    arguments = (package.name, package.folder, source, design.arm, str(design.num_examples))
    done = subprocess.run(  # noqa: S603  # our own module
        [str(python), "-m", "bench.gate.revision_api", *arguments],
        cwd=package.folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((package.folder, str(tools)))},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").splitlines()
        words = ([line for line in said if line.strip()] or [f"exit code {done.returncode}"])[-1]
        raise InputError(f"{name}: {words}")
    line = done.stdout.splitlines()[-1]
    if failure := find_failure(line):
        raise InputError(f"{name}: {failure.reason}")
    try:
        return read_answer(line, Introduction)
    except ValueError as error:
        raise InputError(f"{name}: {error}.") from None
