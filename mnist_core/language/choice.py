"""What is said of a name that is none of those that there are: the rule, and the name that was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

PATTERN = "*?["  # a text with one of these is no name but a pattern of names


def explain_choice(what: str, known: Iterable[str], given: object) -> str:
    """The line for a value that is none of the known ones.

    Args:
        what: What the value is for, such as ``--to`` or ``arm``.
        known: Names that there are, in their order.
        given: Value that is none of them.

    Example:
        >>> explain_choice("--loop", ("fit", "graph", "eager"), "grap")
        "--loop must be one of fit, graph, eager, got 'grap': did you mean graph?"
    """
    names = tuple(known)
    line = f"{what} must be one of {', '.join(names)}, got {given!r}"
    return f"{line}{suggest(names, given) or '.'}"


def suggest(known: Iterable[str], given: object) -> str:
    """The end of a line that asks whether the nearest of the names was meant; empty where none is near.

    Args:
        known: Names that there are.
        given: Name or pattern that is none of them, in any case.
    """
    names = tuple(known)
    wanted = str(given).casefold()
    for mark in PATTERN:
        wanted = wanted.replace(mark, "")
    folded = {name.casefold(): name for name in reversed(names)}
    close = difflib.get_close_matches(wanted, folded, n=1)
    return f": did you mean {folded[close[0]]}?" if close else ""
