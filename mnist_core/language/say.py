"""How a long job tells what it is doing: a line at a time, to whoever called it."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str], None]
"""Takes one line for the user, without its end."""


def say_nothing(_line: str) -> None:
    """Tell nobody.

    Example:
        >>> digits = load_digits(say=say_nothing)
    """
