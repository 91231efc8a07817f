"""Which files runs leave: the newest of them, and what a run of another kind is that was given to a command."""

from __future__ import annotations

from pathlib import Path

RECORD = "record.json"  # of a run of the bench
BEST = ("best.keras", "best.h5")  # what training leaves in its run's folder, and a model is loaded from
TRAINING = (*BEST, "result.json", "state.json")


def explain_training(path: Path) -> str | None:
    """The line for a training run where a record is wanted; None if it is no training run.

    Args:
        path: Folder or file that was given.
    """
    if not _holds(path, TRAINING):
        return None
    return (
        f"{path} is a training run, which has no turns: mnist-core evaluate, mnist-report trace and "
        "mnist-report tensorboard read it."
    )


def explain_record(path: Path) -> str | None:
    """The line for a run of the bench where a model is wanted; None if it is no such run.

    Args:
        path: Folder or file that was given.
    """
    if not _holds(path, (RECORD,)):
        return None
    return f"{path} is a run of the bench, which has no model: mnist-report show reads it, mnist-core train makes one."


def list_newest(*patterns: str) -> list[Path]:
    """The files below the present folder, the one that was written last first.

    Args:
        patterns: Patterns of their paths, such as ``runs/*/record.json``.
    """
    found = (file for pattern in patterns for file in Path().glob(pattern))
    return sorted(found, key=lambda file: (file.stat().st_mtime_ns, file), reverse=True)


def _holds(path: Path, names: tuple[str, ...]) -> bool:
    """True for one of these files, and for a folder with one."""
    return any(file.is_file() for name in names for file in (path / name, *([path] if path.name == name else [])))
