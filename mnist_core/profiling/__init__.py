"""Steps marked for the profiler, in Keras' fit and in loops of one's own, and which steps a trace holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mnist_core.profiling.callback import ProfileSteps
    from mnist_core.profiling.own_loop import StepProfiler
    from mnist_core.profiling.window import StepWindow

__all__ = ["ProfileSteps", "StepProfiler", "StepWindow"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import mnist_core  # noqa: PLC0415  # they are part of its API, which loads them

    return getattr(mnist_core, name)
