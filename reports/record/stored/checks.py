"""Checks of the fields of a dataclass that is read from a file; the message names field and value."""

from __future__ import annotations

import math
from collections.abc import Iterable

MAX_COUNT = 2**63 - 1  # nanoseconds or bytes; more is no measurement, and too large for a float


def check_line(name: str, value: str) -> None:
    """Raise unless the value is text that a terminal shows on one line, without control characters."""
    if not value.isprintable():
        raise ValueError(f"{name} must be printable, on one line, got {value!r}")


def check_at_least(name: str, value: object, *, at_least: int = 0) -> None:
    """Raise a ValueError unless the value is an int and large enough."""
    if type(value) is not int or value < at_least:
        raise ValueError(f"{name} must be int and at least {at_least}, got {value!r}")
    if value > MAX_COUNT:
        raise ValueError(f"{name} must fit into 64 bits")


def check_number(name: str, value: object) -> None:
    """Raise a ValueError unless the value is a finite number, 0 or more."""
    if type(value) not in (int, float) or not 0 <= value < math.inf:  # type: ignore[operator]  # a number by then
        raise ValueError(f"{name} must be a number, at least 0, got {value!r}")


def check_unique(name: str, values: Iterable[object]) -> None:
    """Raise a ValueError if a value is there twice."""
    values = list(values)
    if len(set(values)) < len(values):
        raise ValueError(f"{name} is there twice: {next(each for each in values if values.count(each) > 1)}")


def check_count(name: str, value: object) -> None:
    """Raise a ValueError unless the value is an int, 0 or more, that something could have counted."""
    if type(value) is not int or value < 0:
        raise ValueError(f"{name} must be int and not negative, got {value!r}.")
    if value > MAX_COUNT:
        raise ValueError(f"{name} is larger than anything that was ever counted.")


def check_share(name: str, value: object) -> None:
    """Raise a ValueError unless the value is a number from 0 to 1."""
    if type(value) not in (int, float) or not 0 <= value <= 1:  # type: ignore[operator]  # a number by then
        raise ValueError(f"{name} must be a number from 0 to 1, got {value!r}.")
