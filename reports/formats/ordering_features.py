"""What an ordering's text says of it, as values that can be compared across orderings."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

ABSENT = "none"
FIRST = "source"  # what the first stage follows
MAX_TEXT_LENGTH = 1000  # as of an ordering that is typed: a hostile text must not exhaust Python's parser
MAX_DIGITS = 15  # a number that a float holds exactly; no data set comes near it


@dataclass(frozen=True)
class Stage:
    """One stage as written, such as ``shuffle`` with its first argument ``60000``."""

    name: str
    argument: str


@dataclass(frozen=True)
class Features:
    """An ordering in numbers and words.

    Args:
        batch_size: 0 without a batch, or if it is no number that can be.
        shuffle_buffer: examples, likewise.
        prefetch: as written, such as "auto" or "10".
        map_after: the stage that map follows; "source" if it is the first, "none" if there is no map.
        cache_after: likewise.
        prefetch_after: likewise.
        repeats: more than one epoch.
    """

    batch_size: int
    shuffle_buffer: int
    prefetch: str
    map_after: str
    cache_after: str
    prefetch_after: str
    repeats: bool


def find_features(ordering: str) -> Features:
    """The features of an ordering such as ``shuffle(60000).map().batch(32)``; all absent where the text is none."""
    stages = parse_stages(ordering)
    return Features(
        batch_size=_find_number(stages, "batch"),
        shuffle_buffer=_find_number(stages, "shuffle"),
        prefetch=next((stage.argument for stage in stages if stage.name == "prefetch"), ABSENT),
        map_after=_find_stage_before(stages, "map"),
        cache_after=_find_stage_before(stages, "cache"),
        prefetch_after=_find_stage_before(stages, "prefetch"),
        repeats=any(stage.name == "repeat" for stage in stages),
    )


def parse_stages(ordering: str) -> tuple[Stage, ...]:
    """The stages in their order; none if the text is not a chain of calls. It is read, never run."""
    if len(ordering) > MAX_TEXT_LENGTH:
        return ()
    try:
        node: ast.expr = ast.parse(ordering, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    stages: list[Stage] = []
    while isinstance(node, ast.Call):
        argument = ast.unparse(node.args[0]) if node.args else ""
        if isinstance(node.func, ast.Name):
            return (Stage(node.func.id, argument), *reversed(stages))
        if not isinstance(node.func, ast.Attribute):
            break
        stages.append(Stage(node.func.attr, argument))
        node = node.func.value
    return ()


def _find_number(stages: Sequence[Stage], name: str) -> int:
    argument = next((stage.argument for stage in stages if stage.name == name), "")
    return int(argument) if argument.isdecimal() and len(argument) <= MAX_DIGITS else 0


def _find_stage_before(stages: Sequence[Stage], name: str) -> str:
    names = [stage.name for stage in stages]
    if name not in names:
        return ABSENT
    position = names.index(name)
    return names[position - 1] if position else FIRST
