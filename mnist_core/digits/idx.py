"""The four IDX files of the original MNIST, gzipped or not.

An IDX file is a big-endian magic number (two zero bytes, the type, the number of dimensions), the dimensions as 32-bit
numbers, and the values. Source: http://yann.lecun.com/exdb/mnist/, "FILE FORMATS FOR THE MNIST DATABASE".
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from mnist_core.digits.arrays import MAX_EXAMPLES, AnyArray, RawDigits
from mnist_core.language.errors import InputError
from mnist_core.language.shapes import SIDE

UNSIGNED_BYTES = 0x00000800  # with the number of dimensions: 0x00000803 for images, 0x00000801 for labels
GZIP_MAGIC = b"\x1f\x8b"
READ_BYTES = 2**20
ROLES = (("train-images", 3), ("train-labels", 1), ("t10k-images", 3), ("t10k-labels", 1))


def read_idx_folder(folder: Path) -> RawDigits:
    """The arrays of the four files in the folder, uint8, each as long as its header says.

    Raises:
        InputError: A file is missing, unreadable, truncated, too long, of another kind, or too large.
    """
    return RawDigits(*(read_idx(path, n) for (_, n), path in zip(ROLES, find_files(folder), strict=True)))


def find_files(folder: Path) -> list[Path]:
    """The four files in the folder, unread, in the order of `ROLES`.

    Raises:
        InputError: One is missing, or the folder is unreadable.
    """
    try:
        paths = [_find_file(folder, role, num_dimensions) for role, num_dimensions in ROLES]
    except OSError as error:
        raise InputError(
            f"folder {folder.name!r} must be readable, got {error.strerror!r}: check its rights."
        ) from error
    missing = [f"{role}-idx{n}-ubyte" for (role, n), path in zip(ROLES, paths, strict=True) if path is None]
    if missing:
        raise InputError(
            f"folder {folder.name!r} must hold the four IDX files of MNIST, .gz or not, but lacks {', '.join(missing)}."
        )
    return [path for path in paths if path is not None]


def _find_file(folder: Path, role: str, num_dimensions: int) -> Path | None:
    """The file of one role under any of its usual names; the file itself goes before its .gz."""
    for suffix in ("", ".gz"):
        for joint in ("-", "."):
            path = folder / f"{role}{joint}idx{num_dimensions}-ubyte{suffix}"
            if path.is_file():
                return path
    return None


def read_idx(path: Path, num_dimensions: int) -> AnyArray:
    """The array in one IDX file, uint8.

    The file is gzipped if it begins like gzip, whatever its name: browsers unpack files and keep the name.

    Args:
        path: Path of the file.
        num_dimensions: 3 for images, 1 for labels.

    Raises:
        InputError: As for `read_idx_folder`.
    """
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == GZIP_MAGIC
            raw.seek(0)
            return _read_stream(
                cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if zipped else raw, path.name, num_dimensions
            )
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path.name!r} must be a whole IDX file, got {str(error)!r}: fetch it again.") from error


def _read_stream(stream: BinaryIO, name: str, num_dimensions: int) -> AnyArray:
    shape = _read_shape(stream, name, num_dimensions)
    num_bytes = math.prod(shape)
    values = _read_at_most(stream, num_bytes)
    if len(values) < num_bytes:
        raise InputError(f"{name!r} must hold {num_bytes} bytes after its header, got {len(values)}: it is truncated.")
    if stream.read(1):  # also makes gzip reach the end, where it compares the checksum
        raise InputError(
            f"{name!r} must end after the {num_bytes} bytes its header states, but has more: fetch it again."
        )
    return np.frombuffer(values, dtype=np.uint8).reshape(shape)


def _read_shape(stream: BinaryIO, name: str, num_dimensions: int) -> tuple[int, ...]:
    """The dimensions that the header states, checked before they size anything."""
    header_bytes = 4 + 4 * num_dimensions
    header = stream.read(header_bytes)
    expected = UNSIGNED_BYTES | num_dimensions
    if len(header) < header_bytes:
        raise InputError(f"{name!r} must have a header of {header_bytes} bytes, got {len(header)}: it is truncated.")
    magic = int.from_bytes(header[:4], "big")
    if magic != expected:
        raise InputError(f"{name!r} must begin with the IDX magic number 0x{expected:08x}, got 0x{magic:08x}.")
    shape = struct.unpack(f">{num_dimensions}I", header[4:])
    if not 1 <= shape[0] <= MAX_EXAMPLES:
        raise InputError(f"{name!r} must state 1 to {MAX_EXAMPLES} examples, got {shape[0]}: it is empty or damaged.")
    if shape[1:] not in {(), (SIDE, SIDE)}:
        raise InputError(f"{name!r} must hold images of {SIDE} x {SIDE} pixels, got {shape[1]} x {shape[2]}.")
    return shape


def _read_at_most(stream: BinaryIO, num_bytes: int) -> bytearray:
    """Up to `num_bytes` bytes, piece by piece, so that memory grows with what is there and not with what is claimed."""
    values = bytearray()
    while len(values) < num_bytes and (piece := stream.read(min(READ_BYTES, num_bytes - len(values)))):
        values += piece
    return values
