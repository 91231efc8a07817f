"""A tree of stages as lines from top to bottom, sources first, with brackets around what comes together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

FIRST, NEXT, DOWN, END = "┌ ", "├ ", "│ ", "└ "
INSIDE = " " * len(END)


@dataclass(frozen=True)
class Branch:
    """What leads to a stage.

    Args:
        place: Place of the stage that it ends with.
        is_main: True for the one that goes on without a bracket.
        label: What stands before its first stage.
    """

    place: int
    is_main: bool = False
    label: str = ""


@dataclass(frozen=True)
class TreeLine:
    """A line of the tree.

    Args:
        place: Place of its stage.
        lead: What stands before it: brackets, and maybe a label.
        under: What stands before further lines that belong to it.
        is_again: True if the stage stands further up already.
    """

    place: int
    lead: str = ""
    under: str = ""
    is_again: bool = False


def draw_tree(root: int, find_branches: Callable[[int], Sequence[Branch]]) -> list[TreeLine]:
    """The lines of a tree, what feeds a stage above it.

    Args:
        root: Place of the last stage.
        find_branches: Gives what leads to the stage at a place.
    """
    seen: set[int] = set()

    def draw(place: int) -> list[TreeLine]:
        if place in seen:
            return [TreeLine(place, is_again=True)]
        seen.add(place)
        branches = find_branches(place)
        lines = [line for each in branches if each.is_main for line in draw(each.place)]
        aside = [each for each in branches if not each.is_main]
        for number, each in enumerate(aside):
            lines += _bracket(draw(each.place), NEXT if number else FIRST, each.label)
        return [*lines, TreeLine(place, END, INSIDE) if aside else TreeLine(place)]

    return draw(root)


def _bracket(lines: Sequence[TreeLine], corner: str, label: str) -> list[TreeLine]:
    first, *others = (replace(line, under=f"{DOWN}{line.under}") for line in lines)
    begun = replace(first, lead=f"{corner}{label}{first.lead}")
    return [begun, *(replace(line, lead=f"{DOWN}{line.lead}") for line in others)]
