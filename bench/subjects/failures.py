"""Why a person's pipeline fails, in one line: the stage with its file and line, the element, the error's own words."""

from __future__ import annotations

import re
import threading
import traceback
from collections.abc import Iterator

import tensorflow as tf
from tensorflow.python.data.ops import dataset_ops

from bench.machine.clock import MachineClock
from bench.subjects.origins import find_origin, is_own_file

SEARCH_LIMIT_S = 20.0  # of the search for the stage: then the failure is told without it
NANOSECONDS = 1_000_000_000  # in a second
LEAST_TRY_S, LEEWAY = 1.0, 2.0  # an input needs no more time than the stage above it did, give or take
NODE = re.compile(r"\{\{(function_node|node) [^}]*\}\} ?(= )?")  # how TensorFlow names its own nodes in messages
USER_FUNCTION = re.compile(r"Error in user-defined function passed to \S+ transformation with iterator: \S+: ")
OPERATION = re.compile(r"\s*\[Op:\w+\].*$")
IN_USER_CODE = "in user code"  # how AutoGraph's errors begin: places follow, and then the error itself
WRAPPED = ".call()."  # how Keras' first line ends, which says what it called: the second one says what was wrong
COLOR = re.compile(r"\x1b\[[\d;]*m")
PYTHON_ERROR = re.compile(r"^[A-Za-z_.]*(Error|Exception|Exit|Interrupt|Warning): ")
VARIANT = dataset_ops._VariantDataset  # one whose stages are not known, such as one that came by its graph
PYTHON_PLACE = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')


def tell_build(text: str, error: BaseException) -> str:
    """Why a person's code could not make its dataset, in one line.

    Args:
        text: What the user calls the pipeline.
        error: What it raised.
    """
    place = _find_raised(error)
    where = f" at {place}" if place else ""
    if isinstance(error, SystemExit):
        return f"{text} ends the program itself{where}: sys.exit({error.code!r})"
    return f"{text} cannot be built{where}: {tell_reason(error)}"


def tell_iteration(text: str, dataset: tf.data.Dataset, error: BaseException) -> str:
    """Why a dataset fails when it is iterated, in one line.

    The elements are asked for again, the last stage first and then what is below it, for a bounded time: the stage to
    blame is the lowest that fails.

    Args:
        text: What the user calls the pipeline.
        dataset: The dataset, made anew.
        error: What was raised when it was iterated.
    """
    reason, place = tell_reason(error), _find_told(error)
    raised = f" (raised at {place})" if place else ""
    found = _search(dataset)
    if found is None:
        return f"{text} fails: {reason}{raised}; it did not fail again within {SEARCH_LIMIT_S:g} s"
    stage, number = found
    return f"{text} fails{_tell_stage(stage)}, element {number} counted from 0: {reason}{raised}"


def _tell_stage(stage: tf.data.Dataset) -> str:
    """The stage and its line; nothing of a dataset whose stages are not known."""
    if isinstance(stage, VARIANT):
        return ""
    origin = find_origin(stage)
    return f" in {name_stage(stage)}{f' at {origin[0]}:{origin[1]}' if origin else ''}"


def tell_reason(error: BaseException) -> str:
    """The error in its own words: its kind and its first line, the second too where the first only leads to it.

    TensorFlow's names of nodes and AutoGraph's list of places are left out.
    """
    text = COLOR.sub("", str(getattr(error, "message", None) or error))
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()] or ["without a message"]
    if lines[0].startswith(IN_USER_CODE):
        lines = _skip_traceback(lines)
    line = " ".join(lines[:2]) if lines[0].endswith(":") or lines[0].endswith(WRAPPED) else lines[0]
    said = USER_FUNCTION.sub("", OPERATION.sub("", NODE.sub("", line))).strip() or "without a message"
    return said if PYTHON_ERROR.match(said) else f"{type(error).__name__}: {said}"


def _skip_traceback(lines: list[str]) -> list[str]:
    """The error's own lines, behind the places that AutoGraph tells first."""
    last_place = max((number for number, line in enumerate(lines) if PYTHON_PLACE.match(line)), default=0)
    own = (number for number, line in enumerate(lines) if number > last_place and PYTHON_ERROR.match(line))
    return lines[next(own, len(lines) - 1) :]


def name_stage(dataset: tf.data.Dataset) -> str:
    """What TensorFlow calls a stage, without what all have: Map for _MapDataset."""
    name = type(dataset).__name__.strip("_")
    return re.sub(r"Dataset(V\d)?", "", name) or "Dataset"


def _search(dataset: tf.data.Dataset) -> tuple[tf.data.Dataset, int] | None:
    """The lowest stage that fails, and the number of the element that it cannot give; None where none was found.

    A stage may hang instead of failing: the search has a thread of its own, which is left alone then.
    """
    found: list[tuple[tf.data.Dataset, int]] = []
    deadline_s = _read_clock_s() + SEARCH_LIMIT_S
    thread = threading.Thread(target=lambda: found.extend(_descend(dataset, deadline_s)), daemon=True)
    thread.start()
    thread.join(SEARCH_LIMIT_S)
    return found[-1] if found else None


def _descend(dataset: tf.data.Dataset, deadline_s: float) -> Iterator[tuple[tf.data.Dataset, int]]:
    """The stages that fail, from the last one down, each with the number of its element."""
    begin_s = _read_clock_s()
    number = _find_failing(dataset, deadline_s)
    if number is None:
        return
    yield dataset, number
    limit_s = LEAST_TRY_S + LEEWAY * (_read_clock_s() - begin_s)
    for below in dataset._inputs():  # there is no other way to the stages
        lower = list(_descend(below, min(deadline_s, _read_clock_s() + limit_s)))
        if lower:
            yield from lower
            return


def _find_failing(stage: tf.data.Dataset, deadline_s: float) -> int | None:
    """The number of the first element, from 0, that a stage cannot give; None if it gave all, or all of its time."""
    number = 0
    try:
        for _ in stage:
            number += 1
            if _read_clock_s() > deadline_s:
                return None
    except Exception:  # noqa: BLE001  # whatever the person's code raises
        return number
    return None


def _find_raised(error: BaseException) -> str:
    """The innermost line of the person's own that an error came through, as file:line; empty where there is none."""
    own = [each for each in traceback.extract_tb(error.__traceback__) if is_own_file(each.filename)]
    told = _find_told(error)  # AutoGraph shows lines that it has rewritten, and tells the true ones
    return told or (f"{own[-1].filename}:{own[-1].lineno}" if own else "")


def _find_told(error: BaseException) -> str:
    """The person's innermost line that an error's own text names, as errors of Python inside TensorFlow do."""
    told = PYTHON_PLACE.finditer(str(getattr(error, "message", None) or error))
    own = [f"{each['file']}:{each['line']}" for each in told if is_own_file(each["file"])]
    return own[-1] if own else ""


def _read_clock_s() -> float:
    return MachineClock.wall_ns() / NANOSECONDS
