"""The .npz archive in Keras' layout: read without unpickling, and without believing what its headers claim."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, TypeVar

import numpy as np

from mnist_core.digits.arrays import MAX_EXAMPLES, AnyArray, RawDigits
from mnist_core.files.bounded import find_outside
from mnist_core.language.errors import InputError
from mnist_core.language.shapes import SIDE

KEYS = ("x_train", "y_train", "x_test", "y_test")
MAX_ARRAY_BYTES = MAX_EXAMPLES * SIDE * SIDE
MAX_REASON_LENGTH = 200  # NumPy repeats a damaged header, which may have 10000 characters
Read = TypeVar("Read")
HOW_TO_SAVE = f"save {', '.join(KEYS)} with numpy.savez, as in Keras' mnist.npz."


def describe(error: BaseException) -> str:
    """The error on one line: its own text, or its type where it has none."""
    return " ".join(str(error).split())[:MAX_REASON_LENGTH] or type(error).__name__


def read_archive(file: Path | BinaryIO, name: str) -> RawDigits:
    """The four arrays of a Keras-style .npz, unchecked but for their size.

    Args:
        file: Path of the archive, or the archive itself, open for reading.
        name: Name by which an error calls the archive.

    Raises:
        InputError: It cannot be read, lacks an array, or holds a pickled or an absurdly large one.
    """
    return RawDigits(*read_arrays(file, name, KEYS))


def read_arrays(file: Path | BinaryIO, name: str, keys: Sequence[str]) -> list[AnyArray]:
    """The named arrays of an .npz archive; arguments and errors as for `read_archive`."""
    return _read_members(file, name, keys, _read_array)


def check_archive(file: Path | BinaryIO, name: str) -> None:
    """Check by the headers alone that the four arrays are there; arguments and errors as for `read_archive`."""
    _read_members(file, name, KEYS, _check_header)


def _read_members(
    file: Path | BinaryIO, name: str, keys: Sequence[str], read: Callable[[zipfile.ZipFile, str, str], Read]
) -> list[Read]:
    try:
        with zipfile.ZipFile(file) as archive:
            _check_keys(archive, name, keys)
            return [read(archive, name, key) for key in keys]
    except InputError:
        raise
    except Exception as error:  # of any kind: fuzzing zipfile and NumPy with damaged bytes brought a dozen
        raise InputError(f"{name!r} must be a whole .npz archive, got {describe(error)!r}: {HOW_TO_SAVE}") from error


def _check_keys(archive: zipfile.ZipFile, name: str, keys: Sequence[str]) -> None:
    if outside := find_outside(archive.infolist()):
        raise InputError(f"{name!r} is refused: its member {outside!r} would lie outside of it: {HOW_TO_SAVE}")
    members = archive.namelist()
    missing = [key for key in keys if f"{key}.npy" not in members]
    if missing:
        found = ", ".join(member.removesuffix(".npy") for member in members[:10]) or "nothing"
        raise InputError(f"{name!r} must hold the array {missing[0]}, got {found!r}: {HOW_TO_SAVE}")


def _read_array(archive: zipfile.ZipFile, name: str, key: str) -> AnyArray:
    _check_header(archive, name, key)
    with archive.open(f"{key}.npy") as member:
        array = np.lib.format.read_array(member, allow_pickle=False)
        if member.read(1):  # also makes zipfile reach the end, where it compares the checksum
            raise ValueError(f"{key}: bytes after the array")
    return array


def _check_header(archive: zipfile.ZipFile, name: str, key: str) -> None:
    """Raise unless the array is unpickled, small enough, and as long as the archive says: before any is allocated."""
    member = archive.getinfo(f"{key}.npy")
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        if version not in {(1, 0), (2, 0)}:  # 3.0 differs in field names only, which no array of digits has
            raise ValueError(f"{key}: .npy version {version}")
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read_header(file)
    if dtype.hasobject:
        raise InputError(f"{name!r}: {key} must be numbers, got pickled Python objects, which are never loaded.")
    num_bytes = math.prod(shape) * dtype.itemsize
    if num_bytes > MAX_ARRAY_BYTES:
        raise InputError(
            f"{name!r}: {key} must fit {MAX_ARRAY_BYTES} bytes, got {dtype} {shape}: use at most {MAX_EXAMPLES} images."
        )
    if num_bytes > member.file_size:
        raise ValueError(f"{key}: truncated, {member.file_size} bytes for {num_bytes}")
