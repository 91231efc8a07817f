"""How pipelines and training are measured: in fresh processes that take turns, here or by ``pytest bench/``.

The names below are the public API, loaded when they are first asked for. TensorFlow is imported in the processes that
measure, never in the one that asks them to. Every error of wrong input, whatever its name, is a
`mnist_core.InputError`.

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
    from bench.calls.describe import describe as describe
    from bench.calls.measure import measure as measure
    from bench.cases.selection import build_case as build_case
    from bench.gate.design import GateOptions as GateOptions
    from bench.gate.run import run_gate as run_gate
    from bench.subjects.open import open_subject as open_subject
    from bench.turns.measure import capture as capture
    from bench.turns.saving import save_record as save_record
    from bench.workers.worker_process import WorkerError as WorkerError
    from reports.record.case import Case as Case, Subject as Subject

    __version__: str

_MODULES = {
    "mnist_core": ("__version__",),
    "bench.calls.describe": ("describe",),
    "bench.calls.measure": ("measure",),
    "bench.cases.selection": ("build_case",),
    "bench.gate.design": ("GateOptions",),
    "bench.gate.run": ("run_gate",),
    "bench.subjects.open": ("open_subject",),
    "bench.turns.measure": ("capture",),
    "bench.turns.saving": ("save_record",),
    "bench.workers.worker_process": ("WorkerError",),
    "reports.record.case": ("Case", "Subject"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}
__all__ = list(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_MODULE_OF[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
