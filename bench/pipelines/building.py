"""Builds a dataset to be looked at: with small shuffles, and what it would write kept apart from a person's files."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.pipelines.chain import Stage, list_others, list_stages
from bench.programs.written_files import WRITING, is_path, keep_files_apart, replace_methods
from bench.subjects.origins import note_origins
from bench.subjects.shrinking import shrink_buffers

SMALL_BUFFER = 2  # elements of a shuffle: a large one would use up its input, which TensorFlow then forgets
ASKED = "_mnist_bench_asked"  # an attribute of a dataset: arguments that the program gave and that it was built without


@dataclass(frozen=True, eq=False)
class Built:
    """A dataset that was built to be looked at.

    Args:
        dataset: The dataset.
        stages: Its stages.
        others: Stages that the program made of them for other datasets, or for none.
        is_own: False for one that was there before, and is as its program made it.
    """

    dataset: Any
    stages: list[Stage]
    others: list[Stage]
    is_own: bool


def build_small(build: Callable[[], Any], folder: Path) -> Built:
    """The dataset, of which every stage remembers where it was made and what it was asked for.

    Args:
        build: Makes the dataset.
        folder: Folder for what its caches and snapshots write; it must outlive the dataset.
    """
    with note_origins() as made, shrink_buffers(shuffle=SMALL_BUFFER), keep_files_apart(folder), _note_asked():
        dataset = build()
    is_own = any(each._variant_tensor is dataset._variant_tensor for each in made)  # a caught one is a copy
    stages = list_stages(dataset, made)
    return Built(dataset, stages, list_others(stages, made), is_own)


def find_asked(dataset: Any) -> Mapping[str, Any]:
    """The arguments that a program gave a stage and that it was built without, by name."""
    asked: Mapping[str, Any] = getattr(dataset, ASKED, {})
    return asked


def writes_files(dataset: Any) -> bool:
    """True for a stage that writes files where it is iterated: a cache in a file or a snapshot."""
    name = type(dataset).__name__
    if "Snapshot" in name or "Save" in name:
        return True
    return "Cache" in name and is_path(getattr(dataset, "_filename", ""))


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

    with replace_methods({method: note(name) for method, name in {"shuffle": "buffer_size", **WRITING}.items()}):
        yield
