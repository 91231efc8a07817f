"""A stage of a dataset as text: as a person would write it, and what is worth knowing of its functions and seeds."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import PurePath

from reports.record.description import Argument, FunctionDescription, StageDescription

USUAL = {
    "reshuffle_each_iteration": True,
    "drop_remainder": False,
    "deterministic": "default",
    "force_synchronous": False,
    "block_length": 1,
    "stride": 1,
    "start": 0,
    "step": 1,
    "stop_on_empty_dataset": False,
    "pad_to_cardinality": False,
    "filename": "",
    "synchronous": False,
}
"""What an argument has where nobody gave it; None and empty text are never shown."""
USUAL_OF_CHOICE = {"stop_on_empty_dataset": True}
FOREVER = -1
VARIANT, GIVEN = "Variant", "the dataset that is given"
UNNAMED = ("buffer_size", "batch_size", "count", "num_shards", "index", "size", "stop", "filename", "path")
"""Arguments that are written without their name."""
NO_FILES = ("TFRecordDataset", "TextLineDataset", "FixedLengthRecordDataset", "CsvDataset")
MAIN_ROLES = ("map_func", "predicate", "key_func", "reduce_func", "scan_func", "transformation_func")


def write_stage(stage: StageDescription) -> str:
    """The stage as a person would write it, such as ``shuffle(600)``, without what is usual."""
    named = [each.name for each in stage.functions if each.role in MAIN_ROLES]
    given = [_write_argument(each, stage) for each in stage.arguments if _is_unusual(each, stage)]
    text = f"{stage.name}({', '.join([*named, *given])})"
    return GIVEN if stage.kind == VARIANT else text


def list_remarks(stage: StageDescription) -> Iterator[str]:
    """What is worth knowing of where a stage comes from, of its randomness and of its functions."""
    if stage.call is not None:
        yield f"in {stage.call}"
    if stage.is_seeded is False:
        yield "no seed"
    for function in stage.functions:
        if told := "; ".join(_list_of_function(function)):
            yield f"{_locate(function)}: {told}"


def find_kinds(function: FunctionDescription) -> Iterator[str]:
    """What a function's operations depend on beside its input: Python, random numbers, a state."""
    if function.python:
        yield "Python"
    if function.random or function.stateless_random:
        yield "random"
    if function.stateful:
        yield "stateful"


def _list_of_function(function: FunctionDescription) -> Iterator[str]:
    if function.python:
        yield f"runs Python ({', '.join(function.python)})"
    if function.random:
        yield f"random, {'seeded' if function.is_seeded else 'no seed'} ({', '.join(function.random)})"
    if function.stateless_random:
        yield f"random by a given seed ({', '.join(function.stateless_random)})"
    if function.stateful:
        yield f"has state ({', '.join(function.stateful)})"


def _locate(function: FunctionDescription) -> str:
    origin = function.origin
    return function.name if origin is None else f"{function.name} at {PurePath(origin.file).name}:{origin.line}"


def _is_unusual(argument: Argument, stage: StageDescription) -> bool:
    if argument.value is None or argument.value == "" or (argument.name == "count" and argument.value == FOREVER):
        return False
    if argument.name == "shift":
        return argument.value != stage.find_argument("size")
    if argument.name == "padded_shapes":
        return any(digit in str(argument.value).replace("-1", "") for digit in string.digits)
    usual = USUAL | (USUAL_OF_CHOICE if stage.name == "choose_from_datasets" else {})
    return argument.name not in usual or argument.value != usual[argument.name]


def _write_argument(argument: Argument, stage: StageDescription) -> str:
    is_unnamed = argument.name in UNNAMED and stage.name not in NO_FILES
    return f"{argument.value}" if is_unnamed else f"{argument.name}={argument.value}"
