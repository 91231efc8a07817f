"""What a stored count or share may be."""

from __future__ import annotations

MAX_COUNT = 2**63 - 1  # nanoseconds or bytes; more is no measurement, and too large for a float


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
