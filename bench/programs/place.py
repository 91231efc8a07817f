"""Lets a person's code be imported from one checkout of their repository, and from nowhere else.

An editable install, a ``PYTHONPATH`` and an installed copy all lead elsewhere. What leads into the repository is led
into the checkout; what is imported or run from elsewhere all the same is refused, as both sides would then run the same
code.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.programs.run_files import RunFiles

OURS = frozenset({"bench", "mnist_bench_first", "mnist_core", "reports"})
EDITABLE = "__editable__"  # how the names of setuptools' finders begin, each with a MAPPING of packages to folders
MAPPING = "MAPPING"
SITES = ("site-packages", "dist-packages")
SOURCES = ("", "src")  # where a repository has its packages
RUN_FILES = RunFiles()


@dataclass(frozen=True)
class Place:
    """Where a person's code is imported from and runs, rather than their repository.

    Args:
        folder: Top folder of the checkout.
        run_in: Working directory, in the checkout.
        repository: Top folder of the repository that the checkout stands for, of which nothing may be imported.
    """

    folder: str
    run_in: str
    repository: str


class MisplacedError(Exception):
    """A person's code was imported or run from elsewhere than from its revision; the message is one line."""


def enter_place(place: Place) -> None:
    """Run in the checkout from now on, and import from it whatever would be imported from its repository."""
    enter_folder(place.run_in)
    sys.path[:] = [_lead(each, place) for each in sys.path]
    for name, module in list(sys.modules.items()):
        mapping = getattr(module, MAPPING, None)
        if name.startswith(EDITABLE) and isinstance(mapping, dict):
            mapping.update({package: _lead(str(folder), place) for package, folder in mapping.items()})
    if place.folder not in sys.path:
        sys.path.append(place.folder)
    RUN_FILES.start()


def enter_folder(folder: str) -> None:
    """Run in a folder from now on, from which nothing is imported for being there."""
    os.chdir(folder)
    sys.path[:] = [each for each in sys.path if each]


def check_place(place: Place) -> None:
    """Check that nothing was imported from the repository, nor from an installed copy of what the checkout holds.

    Nor may any code of the repository have been run from its path since the place was entered.

    Raises:
        MisplacedError: Something was.
    """
    run_files, own = RUN_FILES.stop(), _list_own(place)
    for name, file in _list_imported():
        top = name.partition(".")[0]
        is_foreign = top not in OURS and not _is_below(file, place.folder)
        if is_foreign and (top in own or _is_of_repository(file, place)):
            raise MisplacedError(
                f"{name} was imported from {file}, and not from the revision, so both sides would run the same code: "
                f"pip uninstall {top}, or install it with pip install --editable."
            )
    ours = {file for name, file in _list_imported() if name.partition(".")[0] in OURS}
    for file in (str(Path.cwd() / each) for each in run_files):
        if file not in ours and not _is_below(file, place.folder) and _is_of_repository(file, place):
            raise MisplacedError(
                f"{file} was run, and not the revision's, so both sides would run the same code: "
                "find it beside __file__, or from the working directory."
            )


def tell_path(path: str, place: Place) -> str:
    """A path as the repository has it: from the top of the checkout if it lies there, else as it is."""
    whole = os.path.normpath(Path(place.run_in) / path)
    return os.path.relpath(whole, place.folder) if _is_below(whole, place.folder) else path


def _lead(path: str, place: Place) -> str:
    """The same place in the checkout, if a path lies in the repository and is no installed package."""
    if not _is_of_repository(path, place):
        return path
    return str(Path(place.folder) / os.path.relpath(os.path.realpath(path), place.repository))


def _is_of_repository(path: str, place: Place) -> bool:
    """True if a path lies in the repository, and neither in an environment that it holds nor beside the checkout."""
    real = os.path.realpath(path)
    prefixes = (os.path.realpath(each) for each in (sys.prefix, sys.base_prefix))
    held = [each for each in prefixes if each != place.repository and _is_below(each, place.repository)]
    is_installed = any(part in SITES for part in Path(real).parts) or any(_is_below(real, each) for each in held)
    is_ours = _is_below(real, str(Path(place.folder).parent))
    return _is_below(real, place.repository) and not is_installed and not is_ours


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _list_imported() -> Iterator[tuple[str, str]]:
    """The names and files of all modules that come from files."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str):
            yield name, str(Path.cwd() / file)


def _list_own(place: Place) -> set[str]:
    """The names of modules and packages that the checkout has where Python would look for them."""
    roots = {Path(place.run_in), *(Path(place.folder) / each for each in SOURCES)}
    found: set[str] = set()
    for root in roots:
        found |= {each.parent.name for each in root.glob("*/__init__.py")} | {each.stem for each in root.glob("*.py")}
    return found - set(sys.stdlib_module_names)
