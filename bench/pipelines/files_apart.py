"""Keeps what a pipeline would write away from a person's files: caches and snapshots go into another folder."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf

BASE: Any = tf.data.Dataset.__mro__[0]  # DatasetV2, which has the methods


@contextlib.contextmanager
def keep_files_apart(folder: Path) -> Iterator[None]:
    """Let every dataset that is made inside write its caches and snapshots below a folder.

    One that is read in part leaves files behind that its next reader, the person's own program, would stumble over.

    Args:
        folder: Folder that outlives the datasets.
    """
    kept = {name: getattr(BASE, name) for name in ("cache", "snapshot")}
    numbers = itertools.count()

    def away(path: Any) -> Any:
        return str(folder / str(next(numbers))) if tf.get_static_value(path) not in {"", b"", None} else path

    def cache(self: Any, filename: Any = "", *args: Any, **kwargs: Any) -> Any:
        return kept["cache"](self, away(filename), *args, **kwargs)

    def snapshot(self: Any, path: Any, *args: Any, **kwargs: Any) -> Any:
        return kept["snapshot"](self, away(path), *args, **kwargs)

    replaced: dict[str, Callable[..., Any]] = {"cache": cache, "snapshot": snapshot}
    for name, method in replaced.items():
        setattr(BASE, name, method)
    try:
        yield
    finally:
        for name, method in kept.items():
            setattr(BASE, name, method)


def writes_files(dataset: Any) -> bool:
    """True for a stage that writes files where it is iterated: a cache in a file or a snapshot."""
    name = type(dataset).__name__
    if "Snapshot" in name or "Save" in name:
        return True
    return "Cache" in name and tf.get_static_value(getattr(dataset, "_filename", "")) not in {"", b"", None}
