"""TensorBoard on a run's folder, for this machine alone."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from mnist_core.files.xspace import TraceError
from reports.xplane.events import clean
from reports.xplane.folders import walk_files
from reports.xplane.neighbours import EVENTS
from reports.xplane.sessions import MAKE_ONE, SUFFIX, SUFFIXES

HOST = "localhost"  # whoever can reach TensorBoard can read all that it shows
PORT = 6006  # its own default


def check_logs(run: Path) -> None:
    """Check that a folder holds something for TensorBoard to show, at any depth.

    Raises:
        TraceError: It is no folder, or holds nothing of the kind.
    """
    shown = clean(str(run))
    if not os.path.isdir(run):  # noqa: PTH112  # Path.is_dir raises where a folder above may not be read
        raise TraceError(f"{shown} is not a folder: give a run's folder, such as runs/mlp.")
    is_packed = False
    for path in walk_files(run):
        if path.name.endswith(SUFFIX) or EVENTS in path.name:
            return
        is_packed = is_packed or path.name.endswith(SUFFIXES)
    if is_packed:
        raise TraceError(f"{shown} holds packed traces alone, which TensorBoard cannot read: unpack them with gunzip.")
    raise TraceError(f"{shown} holds neither traces nor logs: {MAKE_ONE}.")


def build_command(run: Path, port: int) -> list[str]:
    """What starts TensorBoard on `run`."""
    return [sys.executable, "-m", "tensorboard.main", "--logdir", str(run), "--host", HOST, "--port", str(port)]


def become_tensorboard(run: Path, port: int) -> NoReturn:
    """Go on as TensorBoard, which Ctrl-C ends; without the lines that TensorFlow says at its start."""
    if find_spec("tensorboard") is None:
        raise ModuleNotFoundError("No module named 'tensorboard'", name="tensorboard")
    command = build_command(run, port)
    os.execve(command[0], command, {"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ})  # noqa: S606  # no shell wanted
