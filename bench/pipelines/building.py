"""Builds a dataset to be looked at: with small shuffles, and what it would write kept apart from a person's files."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tensorflow as tf

from bench.pipelines.chain import Stage, list_stages
from bench.subjects.origins import BASE, note_origins
from bench.subjects.shrinking import shrink_buffers

SMALL_BUFFER = 2  # elements of a shuffle: a large one would use up its input, which TensorFlow then forgets
ASKED = "_mnist_bench_asked"  # an attribute of a dataset: arguments that the program gave and that it was built without


@dataclass(frozen=True, eq=False)
class Built:
    """A dataset that was built to be looked at.

    Args:
        dataset: The dataset.
        stages: Its stages.
        is_own: False for one that was there before, and is as its program made it.
    """

    dataset: Any
    stages: list[Stage]
    is_own: bool


def build_small(build: Callable[[], Any], folder: Path) -> Built:
    """The dataset, of which every stage remembers where it was made and what it was asked for.

    Args:
        build: Makes the dataset.
        folder: Folder for what its caches and snapshots write; it must outlive the dataset.
    """
    with note_origins() as made, shrink_buffers(shuffle=SMALL_BUFFER), _keep_files_apart(folder), _note_asked():
        dataset = build()
    is_own = any(each._variant_tensor is dataset._variant_tensor for each in made)  # a caught one is a copy
    return Built(dataset, list_stages(dataset, made), is_own)


def find_asked(dataset: Any) -> Mapping[str, Any]:
    """The arguments that a program gave a stage and that it was built without, by name."""
    asked: Mapping[str, Any] = getattr(dataset, ASKED, {})
    return asked


def writes_files(dataset: Any) -> bool:
    """True for a stage that writes files where it is iterated: a cache in a file or a snapshot."""
    name = type(dataset).__name__
    if "Snapshot" in name or "Save" in name:
        return True
    return "Cache" in name and _is_path(getattr(dataset, "_filename", ""))


@contextlib.contextmanager
def _keep_files_apart(folder: Path) -> Iterator[None]:
    """Let caches and snapshots that are made inside write below a folder.

    One that is read in part leaves files behind that its next reader, the person's own program, would stumble over.
    """
    numbers = itertools.count()

    def move(kept: Any, self: Any, path: Any = "", *args: Any, **kwargs: Any) -> Any:
        return kept(self, str(folder / str(next(numbers))) if _is_path(path) else path, *args, **kwargs)

    with _replacing({"cache": move, "snapshot": move}):
        yield


@contextlib.contextmanager
def _note_asked() -> Iterator[None]:
    """Let shuffles, caches and snapshots that are made inside remember what the program gave them first."""

    def note(name: str) -> Callable[..., Any]:
        def call(kept: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
            dataset = kept(self, *args, **kwargs)
            given = args[0] if args else kwargs.get(name)
            setattr(dataset, ASKED, {} if given is None else {name: given})
            return dataset

        return call

    with _replacing({"shuffle": note("buffer_size"), "cache": note("filename"), "snapshot": note("path")}):
        yield


@contextlib.contextmanager
def _replacing(calls: Mapping[str, Callable[..., Any]]) -> Iterator[None]:
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


def _is_path(value: Any) -> bool:
    """True unless it is the empty text of a cache in memory."""
    return tf.get_static_value(value) not in {"", b"", None}
