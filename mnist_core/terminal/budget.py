"""A time that a user gives, in seconds or minutes."""

from __future__ import annotations

import re
from typing import Annotated

import typer

FORM = re.compile(r"(?P<number>\d+(\.\d+)?) ?(?P<unit>s|m|min)?", re.ASCII)
SECONDS_OF = {None: 1, "s": 1, "m": 60, "min": 60}
LEAST_S = 1


def parse_seconds(text: str, least_s: float = LEAST_S) -> float:
    """The seconds that such a text means: 240, 240s, 4m.

    Args:
        text: Number with a unit or without one.
        least_s: The smallest number of seconds that is allowed.

    Raises:
        typer.BadParameter: It means none, or too few.
    """
    found = FORM.fullmatch(str(text))
    seconds = float(found["number"]) * SECONDS_OF[found["unit"]] if found else -1
    if seconds < least_s:
        raise typer.BadParameter(f"give seconds or minutes, such as 240 or 4m: at least {least_s:g} s, not {text}.")
    return seconds


def parse_seconds_or_none(text: str) -> float:
    """The same, with 0 for no time at all."""
    return parse_seconds(text, 0)


def name_seconds(*names: str, words: str) -> typer.models.OptionInfo:
    """An option that is a time.

    Args:
        names: Names of the option; none takes that of the parameter.
        words: What the help says of it.
    """
    return typer.Option(*names, metavar="SECONDS", parser=parse_seconds, help=words)  # type: ignore[no-any-return]


Budget = Annotated[float, name_seconds(words="For the measuring: 240, or 4m.")]
