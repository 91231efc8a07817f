"""Builds a person's pipeline with small buffers or without caches: the same stages, which then show what they do.

TensorFlow's model forgets what stands above a shuffle that has swallowed its input, and a reading of memory needs the
pipeline without what holds memory. Where a person's function builds the dataset, it can be built again so.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import tensorflow as tf

BASE: Any = tf.data.Dataset.__mro__[0]  # DatasetV2, which has the methods
_asked_for: list[tuple[int | None, int | None, bool]] = []  # by those that are shrinking now, the innermost last


@contextlib.contextmanager
def shrink_buffers(
    *, shuffle: int | None = None, prefetch: int | None = None, drops_caches: bool = False
) -> Iterator[list[int]]:
    """Let every dataset that is made inside have these buffers, and list the sizes that its shuffles ask for.

    Args:
        shuffle: Elements in every shuffle's buffer; None leaves them.
        prefetch: Elements in every prefetch's buffer; None leaves them.
        drops_caches: True to leave out every cache.
    """
    asked: list[int] = []
    kept = {name: getattr(BASE, name) for name in ("shuffle", "prefetch", "cache")}

    def small_shuffle(self: Any, buffer_size: Any, *args: Any, **kwargs: Any) -> Any:
        asked.append(_as_int(buffer_size))
        return kept["shuffle"](self, buffer_size if shuffle is None else shuffle, *args, **kwargs)

    def small_prefetch(self: Any, buffer_size: Any, *args: Any, **kwargs: Any) -> Any:
        return kept["prefetch"](self, buffer_size if prefetch is None else prefetch, *args, **kwargs)

    def no_cache(self: Any, *args: Any, **kwargs: Any) -> Any:
        return self if drops_caches else kept["cache"](self, *args, **kwargs)

    replaced: dict[str, Any] = {"shuffle": small_shuffle, "prefetch": small_prefetch, "cache": no_cache}
    for name, method in replaced.items():
        method.autograph_info__ = True  # as TensorFlow's own methods: AutoGraph calls it as it is
        setattr(BASE, name, method)
    _asked_for.append((shuffle, prefetch, drops_caches))
    try:
        yield asked
    finally:
        _asked_for.pop()
        for name, method in kept.items():
            setattr(BASE, name, method)


def is_shrinking() -> bool:
    """True if a dataset that is made now differs from what its program says."""
    return any(shuffle is not None or prefetch is not None or drops for shuffle, prefetch, drops in _asked_for)


def _as_int(value: Any) -> int:
    """A buffer's size, which may be a tensor; 0 where only a graph knows it."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
