"""Where in a person's program each stage of a dataset was written: noted while the program builds it."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
import sysconfig
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf

WHERE = "_mnist_bench_where"  # an attribute of a dataset: the file and line that made it
BASE: Any = tf.data.Dataset.__mro__[0]  # DatasetV2, of which every stage is made
LIBRARIES = ("tensorflow", "keras", "tf_keras")  # what makes stages on behalf of whoever calls it
NO_FILES = ("<frozen ", "<string>")  # frames of imports, and of what Python's own modules make of texts
CALL = "_mnist_bench_call"  # another one: the function of TensorFlow that was called there
GENERATED = "__autograph_generated_file"  # what AutoGraph makes of a function, and leaves in a folder of its own
INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")  # parts of paths of packages
WRAPPING = (f"{os.sep}autograph{os.sep}", f"{os.sep}python{os.sep}util{os.sep}")  # folders of what only calls others
STANDARD = sysconfig.get_paths()["stdlib"] + os.sep


@contextlib.contextmanager
def note_origins() -> Iterator[list[Any]]:
    """Let every dataset that is made inside remember where, and list them all in the order of their making."""
    made: list[Any] = []
    initialize = BASE.__init__

    def note(self: Any, *args: Any, **kwargs: Any) -> None:
        initialize(self, *args, **kwargs)
        setattr(self, WHERE, _find_converted_line() or find_line())
        setattr(self, CALL, _find_call())
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


def find_call(dataset: Any) -> str:
    """The function of TensorFlow or Keras that a program called where a dataset was made, such as list_files.

    Empty for a constructor, and where that was not noted.
    """
    call: str = getattr(dataset, CALL, "")
    return call


def find_line(frame: types.FrameType | None = None) -> tuple[str, int] | None:
    """The file and line from which TensorFlow is called, rather a person's own than one of an installed package.

    Args:
        frame: The innermost frame that may be it; None begins with the caller's.
    """
    frame = find_caller(frame)
    own = frame
    while own is not None and not is_own(own):
        own = own.f_back
    told = own or frame
    return None if told is None else (told.f_code.co_filename, told.f_lineno)


def find_caller(frame: types.FrameType | None = None) -> types.FrameType | None:
    """The innermost frame that is neither TensorFlow's nor Keras' nor ours.

    Args:
        frame: The innermost frame that may be it; None begins with the caller's.
    """
    frame = frame or sys._getframe(1)  # the way that tracebacks go, without their cost
    while frame is not None and _is_foreign(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def is_own(frame: types.FrameType) -> bool:
    """True for a frame of a person's own code, False for one of Python, of a package or of ours."""
    return is_own_file(frame.f_code.co_filename)


def is_own_file(name: str) -> bool:
    """True for a file of a person's own, False for one of Python, of a package or of ours."""
    return not (_is_foreign(name) or name.startswith(STANDARD) or any(part in name for part in INSTALLED))


def _is_foreign(name: str) -> bool:
    return name.startswith((*FOREIGN, *NO_FILES)) or GENERATED in name


def _find_call() -> str:
    """The outermost function of a library's, from here to the first frame that is neither a library's nor ours."""
    call = ""
    for frame in _list_foreign():
        name = frame.f_code.co_filename
        if name.startswith(LIBRARY_FOLDERS) and not any(folder in name for folder in WRAPPING):
            call = "" if frame.f_code.co_name == "__init__" else frame.f_code.co_name
        if GENERATED in name:
            break
    return call


def _find_converted_line() -> tuple[str, int] | None:
    """The file and line of the function that AutoGraph has written anew, if this is one; else None."""
    for frame in _list_foreign():
        if GENERATED in frame.f_code.co_filename:
            return _find_source(frame)
    return None


def _find_source(generated: types.FrameType) -> tuple[str, int] | None:
    """The file and line from which AutoGraph made the line that a frame is at; what called it knows them all."""
    place = (generated.f_code.co_filename, generated.f_lineno)
    frame = generated.f_back
    while frame is not None:
        source_map = getattr(frame.f_locals.get("converted_f"), "ag_source_map", None)
        for line, source in (source_map or {}).items():
            if (line.filename, line.lineno) == place:
                return source.loc.filename, source.loc.lineno
        frame = frame.f_back
    return None


def _list_foreign() -> Iterator[types.FrameType]:
    """The frames of the libraries and of ours, from here to the first that is neither."""
    frame: types.FrameType | None = sys._getframe(1)  # the way that tracebacks go, without their cost
    while frame is not None and _is_foreign(frame.f_code.co_filename):
        yield frame
        frame = frame.f_back


def _find_folders() -> Iterator[str]:
    for name in LIBRARIES:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            yield str(Path(spec.origin).parent) + os.sep


LIBRARY_FOLDERS = tuple(_find_folders())
FOREIGN = (*LIBRARY_FOLDERS, str(Path(__file__).parents[1]) + os.sep, contextlib.__file__)
"""The folders of the libraries and of this package, and the file through which TensorFlow enters its contexts."""
