"""The tables of a project's ``pyproject.toml`` that are for this project's commands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from mnist_core.files.bounded import MEBIBYTE, read_bounded
from mnist_core.language.errors import InputError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


MAX_BYTES = 16 * MEBIBYTE


def load_project_table(file: Path, table: str, error: type[InputError]) -> Any:
    """What the file has under a dotted name, as TOML gives it; nothing, a dictionary too, where that is not there.

    Args:
        file: A ``pyproject.toml``, which need not be there.
        table: Dotted name of the table.
        error: What is raised where the file is not TOML.
    """
    try:
        content: Any = tomllib.loads(read_bounded(file, MAX_BYTES).decode())
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as reason:
        raise error(f"{file} cannot be read: {reason}.") from None
    for name in table.split("."):
        content = content.get(name, {}) if isinstance(content, dict) else content
    return content
