"""TensorBoard on a run's folder, for this machine alone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from mnist_core.files.xspace import TraceError
from reports.xplane.events import clean
from reports.xplane.folders import walk_files
from reports.xplane.neighbours import EVENTS
from reports.xplane.sessions import MAKE_ONE, SUFFIX, SUFFIXES

LOGGED = re.compile(
    r"[IWE]\d{4} [\d:.]+ +\d+ \S+\] |WARNING: All log messages before absl|To enable the following instr"
)
"""How lines begin that TensorFlow logs where it finds no GPU: TensorBoard needs none."""

PASSED_ON = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
KILLED = 128  # to which shells add the number of the signal
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
    """What starts TensorBoard on `run`.

    Raises:
        ModuleNotFoundError: It is not installed.
    """
    if find_spec("tensorboard") is None:
        raise ModuleNotFoundError("No module named 'tensorboard'", name="tensorboard")
    return [sys.executable, "-m", "tensorboard.main", "--logdir", str(run), "--host", HOST, "--port", str(port)]


def run_tensorboard(command: Sequence[str], say: Callable[[str], object]) -> int:
    """The exit code of TensorBoard, once somebody has ended it: Ctrl-C reaches it as it reaches this process.

    Args:
        command: What starts it, see `build_command`.
        say: Takes each line that it says, without its end; what TensorFlow logs of its own accord is left out.
    """
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace", env=environment) as process:  # noqa: S603  # no shell
        former = {each: signal.signal(each, lambda number, _: process.send_signal(number)) for each in PASSED_ON}
        former[signal.SIGINT] = signal.signal(signal.SIGINT, signal.SIG_IGN)
        for line in process.stderr or ():
            if not LOGGED.match(line):
                say(line.rstrip("\n"))
        code = process.wait()
        for number, handler in former.items():
            signal.signal(number, handler)
    return code if code >= 0 else KILLED - code
