"""What TensorFlow says of itself, in a process of its own: it may fail to import, hang, or end its process.

This module is both sides of it, and needs nothing but the standard library: `say_all` runs in that process.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MARK = "mnist-bench-doctor "  # before each line of ours: others may print as Python starts
LAST_WORDS = 300  # of an error: what it is about stands in its first line, and a path can be long
NOT_LOADED = re.compile(r"Could not load dynamic library '([^']+)'|dlerror: (lib[\w.+-]+\.so[\w.]*): cannot open")


@dataclass(frozen=True)
class SeenGpu:
    """A GPU that TensorFlow sees.

    Args:
        model: Its name.
        capability: Its compute capability, major and minor; None where it is not told.
    """

    model: str
    capability: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was said before the process ended; None where it came to no answer.

    Args:
        tensorflow: Version of the TensorFlow that was imported.
        tensorflow_error: Why it could not be imported, in one line.
        keras: Version of the Keras that was imported.
        keras_error: Why Keras could not be imported, in one line.
        backend: What Keras computes with.
        is_cuda_build: True if TensorFlow's wheel was built for CUDA.
        cuda: Version of CUDA that it was built for.
        capabilities: What it has kernels for, such as ``sm_90``, or ``compute_90`` to be compiled at the start.
        gpus: The GPUs that it sees.
        cupti: Where the library is that the profiler needs to see a GPU's work.
        not_loaded: Libraries that TensorFlow said it could not load.
        trouble: What could not be told after the import, and why, in one line.
        ending: How the process ended, if not well.
    """

    tensorflow: str | None = None
    tensorflow_error: str | None = None
    keras: str | None = None
    keras_error: str | None = None
    backend: str | None = None
    is_cuda_build: bool | None = None
    cuda: str | None = None
    capabilities: tuple[str, ...] = ()
    gpus: tuple[SeenGpu, ...] = ()
    cupti: str | None = None
    not_loaded: tuple[str, ...] = ()
    trouble: str | None = None
    ending: str | None = None


def say_all() -> None:
    """Print a line of JSON for each thing that is known, at once, since the next may end the process."""
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what TensorFlow and others print is not an answer

    def say(**known: Any) -> None:
        stream.write(f"{MARK}{json.dumps(known)}\n")
        stream.flush()

    def try_to_say(describe: Callable[[], dict[str, Any]]) -> None:
        try:
            say(**describe())
        except Exception as error:  # noqa: BLE001  # of an installation that nobody has seen
            say(trouble=_tell(error))

    tensorflow = _import("tensorflow", say)
    if tensorflow is None:
        return
    try_to_say(lambda: _describe_build(tensorflow))
    keras = _import("keras", say)
    if keras is not None:
        try_to_say(lambda: {"backend": keras.backend.backend()})
    try_to_say(lambda: {"gpus": _list_gpus(tensorflow)})


def parse_answer(output: str, said: str, exit_code: int | None, limit_s: float) -> Answer:
    """The answer in what the process left.

    Args:
        output: Its standard output.
        said: Its standard error.
        exit_code: What it ended with, below zero for a signal; None if it was ended for taking too long.
        limit_s: How many seconds it had.
    """
    known: dict[str, Any] = {}
    for line in output.splitlines():
        if line.startswith(MARK):
            known |= json.loads(line.removeprefix(MARK))
    known["gpus"] = tuple(SeenGpu(model, _pair(capability)) for model, capability in known.get("gpus", ()))
    known["capabilities"] = tuple(known.get("capabilities", ()))
    libraries = [first or second for first, second in NOT_LOADED.findall(said)]
    return Answer(
        **known, not_loaded=tuple(dict.fromkeys(libraries)), ending=_tell_ending(said.splitlines(), exit_code, limit_s)
    )


def _tell_ending(said: Sequence[str], exit_code: int | None, limit_s: float) -> str | None:
    if exit_code is None:
        return f"gave no answer within {limit_s:g} s"
    if exit_code == 0:
        return None
    words = [line.strip() for line in said if line.strip()]
    last = f": {words[-1][:LAST_WORDS]}" if words else ""
    return f"ended with {_name_end(exit_code)}{last}"


def _name_end(exit_code: int) -> str:
    if exit_code > 0:
        return f"exit code {exit_code}"
    try:
        return signal.Signals(-exit_code).name
    except ValueError:  # a signal that Python has no name for
        return f"signal {-exit_code}"


def _pair(numbers: Sequence[int] | None) -> tuple[int, int] | None:
    return (numbers[0], numbers[1]) if numbers else None


def _import(name: str, say: Callable[..., None]) -> Any:
    try:
        module = importlib.import_module(name)
        say(**{name: str(module.__version__)})
    except BaseException as error:  # noqa: BLE001  # a package may raise anything as it is imported, SystemExit too
        say(**{f"{name}_error": _tell(error)})
        return None
    return module


def _tell(error: BaseException) -> str:
    """The error's kind and its first line that says something."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else 'it gives no reason'}"[:LAST_WORDS]


def _describe_build(tensorflow: Any) -> dict[str, Any]:
    build = tensorflow.sysconfig.get_build_info()
    return {
        "is_cuda_build": bool(build.get("is_cuda_build")),
        "cuda": build.get("cuda_version"),
        "capabilities": list(build.get("cuda_compute_capabilities") or ()),
        "cupti": _find_cupti(str(build.get("cuda_version") or "").partition(".")[0]),
    }


def _list_gpus(tensorflow: Any) -> list[tuple[str, list[int] | None]]:
    gpus = []
    for gpu in tensorflow.config.list_physical_devices("GPU"):
        details = tensorflow.config.experimental.get_device_details(gpu)
        gpus.append((details.get("device_name", gpu.name), details.get("compute_capability")))
    return gpus


def _find_cupti(major: str) -> str | None:
    """Where TensorFlow's loader finds it: beside the wheel's own CUDA packages, or where the system has it."""
    name = f"libcupti.so.{major}"
    if not major:
        return None
    for folder in sys.path:
        file = Path(folder) / "nvidia" / "cuda_cupti" / "lib" / name
        if file.is_file():
            return str(file)
    try:
        ctypes.CDLL(name)
    except OSError:
        return None
    return name
