"""Which files a command reads by default: the newest of those that another one has left."""

from __future__ import annotations

from pathlib import Path


def list_newest(*patterns: str) -> list[Path]:
    """The files below the present folder, the one that was written last first.

    Args:
        patterns: Patterns of their paths, such as ``runs/*/record.json``.
    """
    found = (file for pattern in patterns for file in Path().glob(pattern))
    return sorted(found, key=lambda file: (file.stat().st_mtime_ns, file), reverse=True)
