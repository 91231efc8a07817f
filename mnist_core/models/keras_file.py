"""Whether a file in Keras' formats may be given to Keras: what it unpacks to, and that it refers to no other file."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import BinaryIO

import h5py  # type: ignore[import-untyped]

from mnist_core.files.bounded import MEBIBYTE, find_outside
from mnist_core.language.errors import InputError

MAX_UNPACKED_BYTES = 512 * MEBIBYTE  # of a file's members or arrays together; a digit's classifier has a few
WEIGHTS_SUFFIX = ".h5"


def check_keras_file(path: Path) -> None:
    """Refuse what would take memory or read other files before anything of it is loaded.

    What is damaged passes: Keras tells it.

    Raises:
        InputError: It would unpack to more than 512 MiB, has members outside of the archive, or refers to other files.
    """
    try:
        if path.suffix == WEIGHTS_SUFFIX:
            with path.open("rb") as file:
                _check_arrays(path, file)
        else:
            with zipfile.ZipFile(path) as archive:
                _check_members(path, archive)
    except InputError:
        raise
    except (OSError, ValueError, KeyError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
        return


def _check_members(path: Path, archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if outside := find_outside(members):
        raise InputError(f"{path} is refused: its member {outside!r} would lie outside of it.")
    _check_size(path, sum(member.file_size for member in members))
    for member in members:
        if member.filename.endswith(WEIGHTS_SUFFIX):
            with archive.open(member) as file:
                _check_arrays(path, file)  # type: ignore[arg-type]  # it can be read and sought


def _check_arrays(path: Path, file: BinaryIO) -> None:
    total = 0
    with h5py.File(file, "r") as content:
        for group in _list_groups(content):
            for name in group:
                link = group.get(name, getlink=True)
                if isinstance(link, h5py.ExternalLink):
                    raise InputError(f"{path} is refused: it refers to the file {link.filename!r}.")
                found = group.get(name)
                if isinstance(found, h5py.Dataset):
                    if found.external:
                        raise InputError(f"{path} is refused: it refers to the file {found.external[0][0]!r}.")
                    total += found.nbytes
    _check_size(path, total)


def _list_groups(content: h5py.File) -> list[h5py.Group]:
    """Every group once, the file's own first, also where groups hold each other."""
    groups: dict[int, h5py.Group] = {}
    left: list[h5py.Group] = [content]
    while left:
        group = left.pop()
        place = h5py.h5o.get_info(group.id).addr
        if place not in groups:
            groups[place] = group
            names = (name for name in group if isinstance(group.get(name, getlink=True), h5py.HardLink))
            left += [each for name in names if isinstance(each := group[name], h5py.Group)]
    return list(groups.values())


def _check_size(path: Path, num_bytes: int) -> None:
    if num_bytes > MAX_UNPACKED_BYTES:
        raise InputError(
            f"{path} is refused: it unpacks to {num_bytes // MEBIBYTE:,} MiB, above {MAX_UNPACKED_BYTES // MEBIBYTE}."
        )
