"""Keeps what a dataset's caches and snapshots write away from a person's own files."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf

from bench.subjects.origins import BASE

WRITING = {"cache": "filename", "snapshot": "path"}
"""The methods of a dataset that write files where it is iterated, each with its first argument, which says where."""


@contextlib.contextmanager
def keep_files_apart(folder: Path) -> Iterator[dict[str, None]]:
    """Let caches and snapshots that are made inside write below a folder, and list where they would have written.

    One that is read in part leaves files behind that its next reader, the person's own program, would stumble over.
    Those of the same path share their files, as they would there. A path that only a graph knows is not listed.

    Args:
        folder: Folder that exists, and outlives the datasets.
    """
    listed: dict[str, None] = {}

    def move(path: Any) -> Any:
        known = tf.get_static_value(path)
        if known is None:
            number = tf.strings.as_string(tf.strings.to_hash_bucket_fast(path, 2**62))
            return tf.where(tf.equal(path, ""), "", tf.strings.join([f"{folder}{os.sep}", number]))
        text = os.fsdecode(known.item() if hasattr(known, "item") else known)
        listed.setdefault(text)
        return str(folder / str(list(listed).index(text)))

    def move_for(name: str) -> Callable[..., Any]:
        def call(kept: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
            given = args[0] if args else kwargs.pop(name, None)
            return kept(self, *([move(given)] if is_path(given) else []), *args[1:], **kwargs)

        return call

    with replace_methods({method: move_for(name) for method, name in WRITING.items()}):
        yield listed


@contextlib.contextmanager
def replace_methods(calls: Mapping[str, Callable[..., Any]]) -> Iterator[None]:
    """Let these functions stand for methods of datasets; each is given the method first."""
    kept = {name: getattr(BASE, name) for name in calls}
    for name, call in calls.items():
        setattr(BASE, name, _bind(call, kept[name]))
    try:
        yield
    finally:
        for name, method in kept.items():
            setattr(BASE, name, method)


def _bind(call: Callable[..., Any], kept: Any) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return call(kept, self, *args, **kwargs)

    method.autograph_info__ = True  # type: ignore[attr-defined]  # as TensorFlow's own: AutoGraph calls it as it is
    return method


def is_path(value: Any) -> bool:
    """True unless it is the empty text of a cache in memory; also for a tensor that only a graph knows."""
    return value is not None and tf.get_static_value(value) not in {"", b""}
