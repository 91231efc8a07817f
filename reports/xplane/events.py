"""The events of a trace as columns: when, on which thread, under which name, and the arguments that are read.

Objects for a million events would take a gibibyte; columns take some tens of mebibytes. An argument that few events
carry has a column of its own, with the places of those events.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_core.terminal.console import show_plainly
from reports.xplane.periods import Ints, Period, Periods

STAGE = re.compile(r"(Reduce)?Iterator::\w")  # a ReduceIterator runs a loop inside a graph
OPERATION = re.compile(r"([^:\s]+):([A-Za-z_]\w*)")  # name:Type, xprof/utils/tf_op_utils.cc
RUN = re.compile(r"\w+Op::|FunctionRun|SessionRun|RunGraph|ExecutorState::Process$|\w*CapturedFunction::Run")
CAPTURED_FUNCTION = re.compile(r"\w*CapturedFunction::Run")  # of a stage of tf.data, such as map's
MEMORY = re.compile(r"Memory(Alloc|Dealloc)ation$")
PYTHON_CALL = "$"  # how the names begin that the tracer of Python gives: $file.py:12 function
LONGEST_NAME = 2000  # characters; a long chain of stages has some hundred
UNKNOWN = -1  # a number that an event does not tell

STEP_ID, PARENT_ID = "id", "parent_id"  # the first names a run of a function, or an iterator
CORRELATION, GRAPH_TYPE, HLO = "correlation_id", "graph_type", "hlo_op"  # the last of XLA's on a CPU
COPY, TF_OP, ANNOTATION = "memcpy_details", "tf_op", "annotation"
MEMORY_NUMBERS = ("bytes_allocated", "peak_bytes_in_use", "allocation_bytes", "bytes_available")
FRAGMENTATION, ALLOCATOR = "fragmentation", "allocator_name"
TEXTS = frozenset({GRAPH_TYPE, HLO, COPY, TF_OP, ANNOTATION, ALLOCATOR})
FLOATS = frozenset({FRAGMENTATION})
SETTINGS = (  # of a stage; of two that mean the same the later counts: TensorFlow 2.11 gives a size of 0 beside a limit
    "parallelism", "buffer_size", "buffer_limit", "batch_size", "threadpool_size",
)  # fmt: skip
TUNED = "autotune"

Value = int | float | str


@dataclass(frozen=True)
class Thread:
    """One line of a plane: a thread of the host, or a stream of a device."""

    plane: str
    number: int
    name: str


@dataclass(frozen=True)
class Argument:
    """The values that some of the events carry.

    Args:
        at: Places of those events, int64 array of shape (n,), ascending.
        values: Their values, int64, float64 or object array of shape (n,).
    """

    at: Ints
    values: NDArray[Any]


@dataclass(frozen=True)
class Setting:
    """The last number of a stage that a call of it told.

    Args:
        value: The number; None if the stage was too busy to tell.
        tuned: True if AUTOTUNE chose it.
    """

    value: int | None
    tuned: bool


NOTHING = Argument(np.empty(0, np.int64), np.empty(0, np.int64))


@dataclass(frozen=True)
class Events:
    """The events of the host, or of the devices, thread by thread, each thread's in the order in which they began.

    Args:
        names: Every name that an event may have.
        threads: The threads.
        kinds: Place in `names` of each event's name, int32 array of shape (n,).
        lines: Place in `threads` of each event's thread, int32 array of shape (n,).
        periods: Beginning and end of each event, in picoseconds from a start that all share; int64 of shape (n, 2).
        arguments: What the events carry, by its name.
        settings: Numbers of the stages of tf.data, by the name of the event and of the number.
    """

    names: tuple[str, ...]
    threads: tuple[Thread, ...]
    kinds: NDArray[np.int32]
    lines: NDArray[np.int32]
    periods: Periods
    arguments: Mapping[str, Argument]
    settings: Mapping[tuple[str, str], Setting]

    def __len__(self) -> int:
        return len(self.kinds)

    @property
    def span(self) -> Period | None:
        """From the beginning of the first event to the end of the last; None without events."""
        return (int(self.periods[:, 0].min()), int(self.periods[:, 1].max())) if len(self) else None

    def find(self, fits: Callable[[str], object]) -> Ints:
        """Places of the events whose name fits, ascending."""
        fitting = np.fromiter((bool(fits(name)) for name in self.names), bool, len(self.names))
        return np.flatnonzero(fitting[self.kinds])

    def get(self, argument: str) -> Argument:
        """The values of an argument; none if no event carries it."""
        return self.arguments.get(argument, NOTHING)

    def look_up(self, argument: str, places: Ints) -> Ints:
        """The values of a whole number at these events; `UNKNOWN` where one does not carry it."""
        found = self.get(argument)
        at = np.searchsorted(found.at, places)
        there = at < len(found.at)
        there[there] = found.at[at[there]] == places[there]
        values = np.full(len(places), UNKNOWN, np.int64)
        values[there] = found.values[at[there]]
        return values


@dataclass(frozen=True)
class Capture:
    """All that is read of one host's file.

    Args:
        host: What the threads of the program did.
        devices: What GPUs and other devices did.
        errors: What went wrong while it was captured, in the profiler's words.
        warnings: What the profiler warned of.
        duration_ps: Time from the profiler's start to its stop, in picoseconds; None where the file does not tell.
    """

    host: Events
    devices: Events
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    duration_ps: int | None = None


def clean(text: str) -> str:
    """The text without what would move a terminal's cursor, and not endless."""
    return show_plainly(text[:LONGEST_NAME])
