"""The versions that a result depends on."""

from __future__ import annotations

import platform
from importlib.metadata import version

LIBRARIES = ("tensorflow", "keras", "numpy")


def describe_versions() -> dict[str, str]:
    """The versions of Python and of the libraries, by name; nothing is imported to find them out.

    Example:
        >>> sorted(describe_versions())
        ['keras', 'numpy', 'python', 'tensorflow']
    """
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}
