"""TensorBoard on a run's folder, for this machine alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from mnist_core.files.xspace import TraceError
from reports.xplane.events import clean
from reports.xplane.sessions import MAKE_ONE, SUFFIX

HOST = "localhost"  # whoever can reach TensorBoard can read all that it shows
PORT = 6006  # its own default
EVENTS = "*tfevents*"  # what a training logs


def check_logs(run: Path) -> None:
    """Check that a folder holds something for TensorBoard to show, at any depth.

    Raises:
        TraceError: It is no folder, or holds nothing of the kind.
    """
    shown = clean(str(run))
    if not run.is_dir():
        raise TraceError(f"{shown} is not a folder: give a run's folder, such as runs/mlp.")
    if next(_iterate_logs(run), None) is None:
        raise TraceError(f"{shown} holds neither traces nor logs: {MAKE_ONE}, or with pytest bench/ --traces.")


def build_command(run: Path, port: int) -> list[str]:
    """What starts TensorBoard on `run`."""
    return [sys.executable, "-m", "tensorboard.main", "--logdir", str(run), "--host", HOST, "--port", str(port)]


def become_tensorboard(run: Path, port: int) -> NoReturn:
    """Go on as TensorBoard, which Ctrl-C ends; without the lines that TensorFlow says at its start."""
    command = build_command(run, port)
    os.execve(command[0], command, {"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ})  # noqa: S606  # no shell wanted


def _iterate_logs(run: Path) -> Iterator[Path]:
    for pattern in (f"*{SUFFIX}", EVENTS):
        yield from run.rglob(pattern)
