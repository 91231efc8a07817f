"""What a person's own code raised, in one line that names their file and line, and nothing of ours."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

from bench.subjects.origins import is_own_file
from mnist_core import InputError

IN_USER_CODE = "in user code:"  # how AutoGraph begins the message of what a map function raised
NOTED = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+)', re.MULTILINE)


def explain_person_error(error: Exception) -> InputError:
    """The error that tells what a person's code raised.

    Args:
        error: What was raised while their code ran; one of ours, which is told already, comes back as it is.

    Example:
        >>> try:
        ...     raise ValueError("no pictures")
        ... except ValueError as error:
        ...     str(explain_person_error(error)).endswith("ValueError: no pictures")
        True
    """
    if isinstance(error, InputError):
        return error
    place = find_place(error)
    where = "" if place is None else f"{_shorten(place[0])}:{place[1]}: "
    return InputError(f"{where}{type(error).__name__}: {find_message(error)}")


def find_place(error: Exception) -> tuple[str, int] | None:
    """The innermost line of a person's program that an error came through; None if it was in none."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return error.filename, error.lineno
    noted = [(found["file"], int(found["line"])) for found in NOTED.finditer(str(error))]
    passed = [(frame.filename, frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__)]
    return next((each for each in reversed((*passed, *noted)) if is_own_file(each[0])), None)


def find_message(error: Exception) -> str:
    """The first line of what an error says; of one inside a map function that of the error itself."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return "no message"
    if lines[0].startswith(IN_USER_CODE):
        said = re.split(r"\n\s*\n", str(error).strip())[-1].strip().splitlines()
        return said[0].partition(": ")[2] or said[0]
    return lines[0]


def _shorten(file: str) -> str:
    """The path from the folder that the command was started in, if it lies there."""
    path, here = Path(file), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else file
