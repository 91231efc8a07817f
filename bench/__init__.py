"""How pipelines and training are measured: in fresh processes that take turns, here or by ``pytest bench/``.

The names below are the public API, loaded when they are first asked for. TensorFlow is imported in the processes that
measure, never in the one that asks them to.

Example:
    >>> case = build_case("shuffle(60000).batch(32).map().prefetch(auto)")
    >>> case.id
    'shuffle(60000).batch(32).map().prefetch(auto)-default-cpu'
    >>> if __name__ == "__main__":
    ...     record = measure(case, build_case("post"), seconds=30)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.cases.selection import build_case
    from bench.gate.run import GateOptions, run_gate
    from bench.turns.measure import capture, measure
    from bench.workers.process import WorkerError
    from reports.record.case import Case

    __version__: str

__all__ = ["Case", "GateOptions", "WorkerError", "__version__", "build_case", "capture", "measure", "run_gate"]

_MODULES = {
    "bench.cases.selection": ("build_case",),
    "bench.gate.run": ("GateOptions", "run_gate"),
    "bench.turns.measure": ("capture", "measure"),
    "bench.workers.process": ("WorkerError",),
    "reports.record.case": ("Case",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from mnist_core import __version__  # noqa: PLC0415  # like every name here, when asked for

        return __version__
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_MODULE_OF[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
