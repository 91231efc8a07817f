"""Remembers by which call each stage of a chain was made, so that the chain can be made again in another order."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.subjects.origins import BASE

CALLED = "_mnist_bench_called"  # an attribute of a dataset: the call that made it
METHODS = (
    *("map", "batch", "shuffle", "repeat", "prefetch", "cache", "take", "skip", "shard", "filter", "interleave"),
    *("flat_map", "padded_batch", "ragged_batch", "sparse_batch", "rebatch", "unbatch", "window", "enumerate"),
    *("take_while", "scan", "with_options", "snapshot", "ignore_errors", "unique", "group_by_window"),
    *("bucket_by_sequence_length", "rejection_resample", "assert_cardinality"),
)
"""Methods that make a stage of one dataset. `apply` is none: what its function calls is remembered by itself."""
SOURCES = ("list_files", "from_tensor_slices", "from_tensors", "from_generator", "range", "random", "zip", "load")
"""Methods that a chain may begin with. What they make of several stages is theirs, and remembered as one call."""


@dataclass(frozen=True, eq=False)
class Call:
    """A call that made a stage.

    Args:
        method: Name of the method.
        args: Its arguments by place.
        kwargs: Its arguments by name.
        on: Dataset that it was called on; None for a source.
    """

    method: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    on: Any

    def find(self, name: str, place: int, default: Any = None) -> Any:
        """An argument by its name or its place, from 0; the default where it was not given."""
        return self.kwargs.get(name, self.args[place] if place < len(self.args) else default)


@dataclass(frozen=True, eq=False)
class Made:
    """A stage of a chain, and the call that made it."""

    dataset: Any
    call: Call


_local = threading.local()


@contextlib.contextmanager
def record_calls() -> Iterator[None]:
    """Let every dataset that is made inside remember the call that made it, as far as a person's code wrote that."""
    kept = {name: vars(BASE)[name] for name in (*METHODS, *SOURCES) if name in vars(BASE)}
    for name, original in kept.items():
        note: Any = _note_stage(name, original)
        if name in SOURCES:
            note = staticmethod(_note_source(name, getattr(BASE, name)))
        setattr(BASE, name, note)
    try:
        yield
    finally:
        for name, original in kept.items():
            setattr(BASE, name, original)


def _note_source(name: str, original: Any) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        with _inside() as is_outermost:
            made = original(*args, **kwargs)
        if is_outermost:
            setattr(made, CALLED, Call(name, args, kwargs, None))
        return made

    return _disguise(call)


def _note_stage(name: str, original: Any) -> Callable[..., Any]:
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        with _inside() as is_outermost:
            made = original(self, *args, **kwargs)
        if is_outermost and made is not self:  # a cache that is left out makes nothing
            setattr(made, CALLED, Call(name, args, kwargs, self))
        return made

    return _disguise(call)


@contextlib.contextmanager
def _inside() -> Iterator[bool]:
    """Inside of a call; True for the outermost one of this thread."""
    depth = getattr(_local, "depth", 0)
    _local.depth = depth + 1
    try:
        yield depth == 0
    finally:
        _local.depth = depth


def _disguise(call: Callable[..., Any]) -> Callable[..., Any]:
    call.autograph_info__ = True  # type: ignore[attr-defined]  # as TensorFlow's own: AutoGraph calls it as it is
    return call


def find_made(dataset: Any) -> Call | None:
    """The call that made a dataset; None where it was not remembered."""
    call: Call | None = getattr(dataset, CALLED, None)
    return call


def unroll(dataset: Any) -> tuple[Any, list[Made]]:
    """The dataset that a chain begins with, and the stages behind it, in order."""
    found: list[Made] = []
    while (call := find_made(dataset)) is not None and call.on is not None:
        found.append(Made(dataset, call))
        dataset = call.on
    return dataset, found[::-1]
