"""The version of the installed distribution, of which mnist_core, bench and reports are parts."""

from __future__ import annotations

from importlib.metadata import version

DISTRIBUTION = "mnist-bench"


def read_version() -> str:
    """The version of the installed distribution, such as ``0.1.0``.

    Raises:
        PackageNotFoundError: The packages lie on the path, but nothing was installed.
    """
    return version(DISTRIBUTION)
