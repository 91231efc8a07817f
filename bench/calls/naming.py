"""The text by which another process finds a function."""

from __future__ import annotations

import importlib.machinery
import inspect
import sys
from pathlib import Path
from typing import Any

PACKAGE = "__init__.py"


def find_text(what: Any) -> str | None:
    """The text by which another process finds a function; None for what it cannot find so.

    Args:
        what: Anything. A function of a file, of a class in it too, is found; a lambda, a function inside of another
            one, a method of an object and what a notebook defines are not.
    """
    name = getattr(what, "__qualname__", None)
    if not inspect.isroutine(what) or inspect.isbuiltin(what) or not name or "<" in name:
        return None
    module = sys.modules.get(str(what.__module__))
    file: str = getattr(module, "__file__", None) or ""
    if not file.endswith(".py") or not Path(file).is_file() or _find(module, name) != what:
        return None
    spec = getattr(module, "__spec__", None)  # of a program that was started as a module, which calls itself __main__
    return write_text(spec.name if spec is not None else str(what.__module__), file, name)


def write_text(module: str, file: str, name: str) -> str:
    """The text of a name in a file: by the module where that is part of a package that is on the path.

    Args:
        module: Name of the module, as the process has it that has imported it.
        file: Its file.
        name: The name in it, dotted if it lies in a class.
    """
    is_packed = (Path(file).parent / PACKAGE).is_file()
    return f"{module if is_packed and _leads_to(module, file) else file}:{name}"


def _find(module: Any, name: str) -> Any:
    found = module
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def _leads_to(module: str, file: str) -> bool:
    """True if an import of the module would find the file."""
    path: Any = None
    for end in range(1, module.count(".") + 2):
        spec = importlib.machinery.PathFinder.find_spec(".".join(module.split(".")[:end]), path)
        if spec is None:
            return False
        path = spec.submodule_search_locations
    return spec is not None and spec.origin == file
