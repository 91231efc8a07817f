"""The winner's code: a patch of the person's file where the chain is written in one expression, else the chain."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

NO_LINE_END = "\\ No newline at end of file\n"


def find_root(file: Path) -> Path:
    """The folder that a patch of a file is applied in: its repository, else the present one, else its own."""
    absolute = file.resolve()
    for folder in absolute.parents:
        if (folder / ".git").exists():
            return folder
    here = Path.cwd().resolve()
    return here if absolute.is_relative_to(here) else absolute.parent


def write_patch(file: Path, before: bytes, after: bytes) -> str:
    """A unified diff, as ``git apply`` and ``patch -p1`` take it in the file's root.

    Args:
        file: The file.
        before: What is in it, UTF-8.
        after: What is to be in it.
    """
    name = file.resolve().relative_to(find_root(file)).as_posix()
    old, new = _split(before.decode()), _split(after.decode())
    return "".join(_end_lines(difflib.unified_diff(old, new, f"a/{name}", f"b/{name}")))


def _split(text: str) -> list[str]:
    """The lines as a patch has them, which ends them at line feeds alone."""
    return [f"{line}\n" for line in text.split("\n")[:-1]] + ([last] if (last := text.rpartition("\n")[2]) else [])


def _end_lines(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n{NO_LINE_END}"
