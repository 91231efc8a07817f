"""The functions that a stage calls: where they stand, and which of their operations run Python or draw numbers."""

from __future__ import annotations

import inspect
import random
import re
import types
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
from tensorflow.python.framework import op_def_registry

from bench.subjects.origins import LIBRARY_FOLDERS
from reports.record.description import FunctionDescription, OperationCount, Origin

PYTHON = ("EagerPyFunc", "PyFunc", "PyFuncStateless")
RANDOM = ("Random", "Multinomial", "TruncatedNormal", "SampleDistortedBoundingBox", "RngReadAndSkip", "StatefulUniform")
"""What the names of operations that draw random numbers hold."""
STATELESS = "Stateless"
HARMLESS = ("Assert", "If", "While", "Case", "PartitionedCall", "StatefulPartitionedCall")
"""Operations that count as stateful, and are not by themselves. Source: core/data/dataset_utils.cc, IsNodeStateful."""
OF_DATASETS = ("Dataset", "Iterator")  # in the names of operations that make datasets: their stages are told themselves
GENERATOR = "GeneratorDataset"
MOST_CALLED = 50  # functions that are followed
RANDOM_MODULE = "random"  # Python's and NumPy's
GENERATORS = (np.random.Generator, np.random.RandomState, random.Random)
EMPTY = types.CellType()
MOST_WRAPPED = 3  # functions of TensorFlow's around one of a person's

Node = Any
"""An operation of a graph, or a node of a function's definition."""


def find_functions(dataset: Any) -> dict[str, Any]:
    """The functions that a stage calls, by what it calls them for."""
    return {
        role.strip("_"): value
        for role, value in vars(dataset).items()
        if hasattr(value, "_func") and hasattr(value, "function")
    }


def describe_function(role: str, wrapper: Any) -> FunctionDescription:
    """What a function does, by the operations of its graph.

    Args:
        role: What its stage calls it for.
        wrapper: TensorFlow's wrapper, as `find_functions` gives it.
    """
    nodes = list(list_nodes(wrapper))
    counts = Counter(name for name, _ in nodes)
    drawing = sorted(name for name in counts if is_random(name) and not name.startswith(STATELESS))
    name, origin = find_source(wrapper._func)
    return FunctionDescription(
        role=role,
        name=name,
        origin=origin,
        operations=tuple(OperationCount(*each) for each in sorted(counts.items())),
        python=tuple(name for name in PYTHON if name in counts),
        random=tuple(drawing),
        is_seeded=all(_has_seed(node) for name, node in nodes if name in drawing) if drawing else None,
        stateless_random=tuple(sorted(each for each in counts if is_random(each) and each.startswith(STATELESS))),
        stateful=tuple(sorted(each for each in counts if is_stateful(each))),
        python_random=tuple(find_drawing(wrapper._func)) if any(each in counts for each in PYTHON) else (),
    )


def list_nodes(wrapper: Any) -> Iterator[tuple[str, Node]]:
    """The name of every operation of a function and of those that it calls, with the operation."""
    graph = wrapper.function.graph
    for operation in graph.get_operations():
        yield operation.type, operation.node_def
    for function in graph._functions.values():
        definition = function.cached_definition if hasattr(function, "cached_definition") else function.definition
        for node in definition.node_def:
            yield node.op, node


def is_random(operation: str) -> bool:
    """True if an operation of this name draws random numbers."""
    return any(word in operation for word in RANDOM) and "GetKeyCounter" not in operation and "GetAlg" not in operation


def is_stateful(operation: str) -> bool:
    """True if an operation depends on a state, and is neither random nor Python nor one that makes a dataset."""
    definition = op_def_registry.get(operation)
    told = operation in PYTHON or is_random(operation) or any(word in operation for word in OF_DATASETS)
    return bool(definition is not None and definition.is_stateful and not told and operation not in HARMLESS)


def find_source(function: Any) -> tuple[str, Origin | None]:
    """The name of a function and where it begins; no place for one of TensorFlow's own.

    Where TensorFlow has wrapped a person's function in one of its own, as `group_by_window` does, theirs is told.
    """
    own = _describe_source(function)
    return own if own[1] is not None else next(_find_wrapped(function, MOST_WRAPPED), own)


def find_drawing(function: Any) -> list[str]:
    """Names of those functions that draw random numbers in Python, of a function and of all that it calls by name."""
    found: dict[str, None] = {}
    seen: set[int] = set()
    left = [function]
    while left and len(seen) < MOST_CALLED:
        each = _unwrap(left.pop())
        code = getattr(each, "__code__", None)
        if code is None or id(code) in seen or code.co_filename.startswith(LIBRARY_FOLDERS):
            continue
        seen.add(id(code))
        held = _list_held(each)
        if RANDOM_MODULE in code.co_names or any(isinstance(one, GENERATORS) for one in held):
            found.setdefault(code.co_name)
        left += [one for one in held if inspect.isfunction(one)]
    return list(found)


def _list_held(function: Any) -> list[Any]:
    """What a function is closed over, and what its names stand for in its module."""
    cells = [cell.cell_contents for cell in function.__closure__ or () if cell != EMPTY]
    return [
        *cells,
        *(function.__globals__[name] for name in function.__code__.co_names if name in function.__globals__),
    ]


def _describe_source(function: Any) -> tuple[str, Origin | None]:
    function = _unwrap(function)
    name = re.sub(r"V\d$", "", getattr(function, "__name__", type(function).__name__).strip("<>"))
    code = getattr(function, "__code__", None) or getattr(getattr(function, "python_function", None), "__code__", None)
    if code is None and not inspect.isclass(function):
        code = getattr(type(function).__call__, "__code__", None)
    if code is None or code.co_filename.startswith(LIBRARY_FOLDERS):
        return name, None
    return name, Origin(code.co_filename, code.co_firstlineno)


def _unwrap(function: Any) -> Any:
    while hasattr(function, "func") and not inspect.isfunction(function):  # functools.partial
        function = function.func
    return inspect.unwrap(function)


def _find_wrapped(function: Any, depth: int) -> Iterator[tuple[str, Origin | None]]:
    """The person's functions that one of TensorFlow's calls, by what it has been closed over; the nearest first."""
    inside = []
    for cell in getattr(_unwrap(function), "__closure__", None) or ():
        held = getattr(cell.cell_contents, "_generator", cell.cell_contents)  # of Dataset.from_generator
        if callable(held) and hasattr(held, "__code__"):
            inside.append(held)
    told = [_describe_source(each) for each in inside]
    yield from (each for each in told if each[1] is not None)
    if depth:
        for each in inside:
            yield from _find_wrapped(each, depth - 1)


def _has_seed(node: Node) -> bool:
    """True if a node has a seed of its own or a global one; one without either has two zeros."""
    return any(node.attr[name].i for name in ("seed", "seed2") if name in node.attr)
