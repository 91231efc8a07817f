"""A time that a user gives, in seconds or minutes."""

from __future__ import annotations

import re
from typing import Annotated

import typer

FORM = re.compile(r"(?P<number>\d+(\.\d+)?) ?(?P<unit>s|m|min)?", re.ASCII)
SECONDS_OF = {None: 1, "s": 1, "m": 60, "min": 60}
LEAST_S = 1


def parse_seconds(text: str) -> float:
    """The seconds that such a text means: 240, 240s, 4m.

    Raises:
        typer.BadParameter: It means none, or less than one.
    """
    found = FORM.fullmatch(str(text))
    seconds = float(found["number"]) * SECONDS_OF[found["unit"]] if found else 0
    if seconds < LEAST_S:
        raise typer.BadParameter(f"give seconds or minutes, such as 240 or 4m: at least {LEAST_S} s, not {text}.")
    return seconds


Budget = Annotated[float, typer.Option(metavar="SECONDS", parser=parse_seconds, help="For the measuring: 240, or 4m.")]
