"""What a revision says of itself, in a process of its own: its cases, its data and its versions, as one JSON object."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.cases.gate import OfferedCase, build_gate_cases, describe_case
from bench.gate.design import PairDesign
from mnist_core.devices.versions import describe_versions
from mnist_core.digits.load import load_digits
from mnist_core.language.errors import InputError
from reports.record.record import Setting


@dataclass(frozen=True)
class Introduction:
    """A revision's cases, its data and versions, and lines for the user."""

    cases: tuple[OfferedCase, ...]
    setting: Setting
    notices: tuple[str, ...]


def ask_introduction(
    name: str, python: Path, folder: Path, source: str, design: PairDesign, *, tools: Path
) -> Introduction:
    """The introduction of the mnist_core in `folder`.

    Args:
        name: of the revision, for error lines.
        python: the interpreter that it runs with.
        folder: that holds its mnist_core.
        source: of the digits.
        design: says which arm the cases are in, and how long their epochs are.
        tools: the folder that the bench is imported from.

    Raises:
        InputError: it does not work with this bench, or the data cannot be had.
    """
    done = subprocess.run(  # noqa: S603  # our own module
        [str(python), "-m", "bench.gate.introduction", str(folder), source, design.arm, str(design.num_examples)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), str(tools)))},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        words = ([line for line in done.stderr.splitlines() if line.strip()] or [f"exit code {done.returncode}"])[-1]
        raise InputError(f"{name}: {words.removeprefix('mnist_core.language.errors.InputError: ')}")
    return _parse(json.loads(done.stdout.splitlines()[-1]))


def _parse(stored: dict[str, Any]) -> Introduction:
    setting = stored["setting"]
    versions = tuple((name, version) for name, version in setting.pop("versions"))
    cases = tuple(OfferedCase(**each) for each in stored["cases"])
    return Introduction(cases, Setting(**setting, versions=versions), tuple(stored["notices"]))


def introduce(source: str, arm: str, num_examples: int) -> Introduction:
    """The introduction of the mnist_core that this process imports."""
    notices: list[str] = []
    digits = load_digits(source, say=notices.append)
    setting = Setting(digits.name, digits.fingerprint, tuple(describe_versions().items()))
    cases = tuple(describe_case(case) for case in build_gate_cases(arm, num_examples))
    return Introduction(cases, setting, tuple(notices))


def main(folder: str, source: str, arm: str, num_examples: str) -> None:
    """Write the introduction to standard output; what libraries print goes to standard error."""
    answer = os.dup(1)
    os.dup2(2, 1)
    used = Path(str(sys.modules["mnist_core"].__file__)).parent
    if used != Path(folder) / "mnist_core":
        raise InputError(f"mnist_core was imported from {used}, not from its revision.")
    introduction = introduce(source, arm, int(num_examples))
    os.write(answer, json.dumps(dataclasses.asdict(introduction)).encode() + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
