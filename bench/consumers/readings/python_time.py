"""How long TensorFlow's pipelines spend in functions of Python: numpy_function, py_function and from_generator."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from tensorflow.python.ops import script_ops

REGISTRY: Any = script_ops.FuncRegistry
"""What TensorFlow's C++ calls for each of them, with the token by which a graph names the function."""


class PythonTimes:
    """Nanoseconds in Python, by the token of the function; threads that are in Python together are each counted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spent: Counter[str] = Counter()

    def add(self, token: str, spent_ns: int) -> None:
        """Count a call."""
        with self._lock:
            self._spent[token] += spent_ns

    def read(self) -> dict[str, int]:
        """What has been counted by now."""
        with self._lock:
            return dict(self._spent)


@contextlib.contextmanager
def watch_python(read_ns: Callable[[], int]) -> Iterator[PythonTimes]:
    """Count the time of every call into Python that TensorFlow makes meanwhile.

    Args:
        read_ns: The clock.
    """
    times, call = PythonTimes(), REGISTRY.__call__

    def timed(self: Any, token: Any, *args: Any) -> Any:
        begin_ns = read_ns()
        try:
            return call(self, token, *args)
        finally:
            times.add(write_token(token), read_ns() - begin_ns)

    REGISTRY.__call__ = timed
    try:
        yield times
    finally:
        REGISTRY.__call__ = call


def write_token(token: Any) -> str:
    """A token as text: a call has it so, a graph in bytes."""
    return token.decode() if isinstance(token, bytes) else str(token)
