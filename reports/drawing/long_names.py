"""Long names in narrow tables: of operations, of kernels, and the columns that hold them."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable

from reports.drawing.blocks import Align, Column

PARTS = ("::", "/")  # at which the name of a test can be cut
LONGEST_NAME = 46  # characters
ROW_OF_NAMES = 21  # columns: three levels of stages and MapAndBatch, in a table of 80 columns
TEMPLATE = re.compile(r"<[^<>]*>")  # the arguments of a C++ template
BEFORE_NAME = re.compile(r"^(?:void |\w+::)*")  # what it returns, and its namespaces


def build_columns(
    first: str, *titles: str, least: int = ROW_OF_NAMES, answers: Collection[str] = ()
) -> tuple[Column, ...]:
    """A column of names and the others, numbers unless they are known as text.

    Args:
        first: What stands above the names.
        *titles: What stands above the others.
        least: Characters of the names where there is room.
        answers: Titles of those that stay longest where there is no room; text is left out before numbers.
    """
    others = (_build_column(title, answers) for title in titles)
    return (Column(first, least=least), *others)


def _build_column(title: str, answers: Collection[str]) -> Column:
    if title in {"type", "on"}:
        return Column(title)
    return Column(title, Align.RIGHT, importance=2 if title in answers else 1)


def shorten(name: str) -> str:
    """The end of a long name of an operation, whose scopes stand in front."""
    return name if len(name) <= LONGEST_NAME else f"..{name[2 - LONGEST_NAME :]}"


def shorten_kernel(name: str) -> str:
    """A kernel without its namespaces, and without its template's arguments and parameters if it is long."""
    if len(name) > LONGEST_NAME:
        while (shorter := TEMPLATE.sub("", name)) != name:
            name = shorter
        name = BEFORE_NAME.sub("", name.partition("(")[0]) or name
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 2]}.."


def find_shared(names: Iterable[str]) -> str:
    """What the names of all tests begin with, up to the end of a folder, a file or a class; may be empty."""
    common = os.path.commonprefix(  # noqa: RUF071  # characters: a part of a name is cut off below
        [name.partition("[")[0] for name in names]
    )
    return common[: max(common.rfind(part) + len(part) if part in common else 0 for part in PARTS)]
