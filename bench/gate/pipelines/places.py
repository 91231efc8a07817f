"""Where the code of a person's pipelines is found: in a checkout, in the folder that the user is in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from bench.programs.place import Place

SEARCHED = "PYTHONPATH"


def find_place(checkout: Path, repository: Path, inside: Path) -> Place:
    """The place of a checkout; the folder that the user is in is made if the revision has none.

    Args:
        checkout: Top folder of the checkout.
        repository: Top folder of the repository.
        inside: Folder of the repository that the user is in.
    """
    folder = checkout.resolve()
    run_in = folder
    for part in inside.resolve().relative_to(repository.resolve()).parts:
        run_in /= part
        if run_in.is_symlink():
            _unfold(run_in)
        run_in.mkdir(exist_ok=True)
    return Place(str(folder), str(run_in), str(repository.resolve()))


def _unfold(link: Path) -> None:
    """Make a link to a folder a folder with links to what is in it: what lies beside it is then the checkout's."""
    linked = link.resolve()
    link.unlink()
    link.mkdir()
    for each in linked.iterdir():
        (link / each.name).symlink_to(each)


def find_search_path(inside: Path, variables: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The folders in which the user's own Python looks for modules first, by their whole paths."""
    return tuple(str(inside / each) for each in variables.get(SEARCHED, "").split(os.pathsep) if each)
