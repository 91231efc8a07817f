"""Where in a person's program each stage of a dataset was written: noted while the program builds it."""

from __future__ import annotations

import contextlib
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf

WHERE = "_mnist_bench_where"  # an attribute of a dataset: the file and line that made it
BASE: Any = tf.data.Dataset.__mro__[0]  # DatasetV2, of which every stage is made
FOREIGN = tuple(str(Path(str(each.__file__)).parent) for each in (tf, contextlib, sys.modules[__name__]))


@contextlib.contextmanager
def note_origins() -> Iterator[list[Any]]:
    """Let every dataset that is made inside remember where, and list them all in the order of their making."""
    made: list[Any] = []
    initialize = BASE.__init__

    def note(self: Any, *args: Any, **kwargs: Any) -> None:
        initialize(self, *args, **kwargs)
        setattr(self, WHERE, _find_caller())
        made.append(self)

    BASE.__init__ = note
    try:
        yield made
    finally:
        BASE.__init__ = initialize


def find_origin(dataset: Any) -> tuple[str, int] | None:
    """The file and line that made a dataset; None if that was not noted."""
    where: tuple[str, int] | None = getattr(dataset, WHERE, None)
    return where


def _find_caller() -> tuple[str, int] | None:
    """The innermost frame that is neither TensorFlow's nor ours."""
    frame: types.FrameType | None = sys._getframe(2)  # the way that tracebacks go, without their cost
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith((*FOREIGN, "<")):
            return name, frame.f_lineno
        frame = frame.f_back
    return None
