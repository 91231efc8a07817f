"""The digits: pictures and labels from MNIST, a file, a folder or drawn; checked and fingerprinted."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar, cast

import numpy as np

from mnist_core.digits import keras_mnist
from mnist_core.digits.archive import check_archive, read_archive
from mnist_core.digits.arrays import AnyArray, fingerprint_arrays
from mnist_core.digits.idx import find_files, read_idx_folder
from mnist_core.digits.synthetic_cache import load_synthetic
from mnist_core.language.errors import InputError
from mnist_core.language.say import Say, say_nothing
from mnist_core.language.shapes import NUM_CLASSES, SIDE

SOURCES = ("auto", "mnist", "synthetic")
SOURCE_VARIABLE = "MNIST_CORE_DATA"

Pictures = np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]
LabelVector = np.ndarray[tuple[int], np.dtype[np.uint8]]
Opened = TypeVar("Opened")


@dataclass(frozen=True, eq=False)
class Digits:
    """A training and a test set of digits, checked when made.

    The arrays are stored as read-only views, labels of another integer type as uint8, so the fingerprint stays true.

    Args:
        name: Name of the source: "mnist", "synthetic", or the file's or folder's name.
        train_images: Pictures to train on, uint8 of shape (num_train, 28, 28), num_train >= 1.
        train_labels: Labels of the pictures to train on, integers of shape (num_train,), 0 to 9.
        test_images: Pictures to test with, uint8 of shape (num_test, 28, 28), num_test >= 1.
        test_labels: Labels of the pictures to test with, integers of shape (num_test,), 0 to 9.

    Raises:
        InputError: An array has another type, shape or range.

    Example:
        >>> import numpy as np
        >>> blank, zeros = np.zeros((2, 28, 28), np.uint8), np.zeros(2, np.uint8)
        >>> digits = Digits("blank", blank, zeros, blank, zeros)
    """

    name: str
    train_images: Pictures
    train_labels: LabelVector
    test_images: Pictures
    test_labels: LabelVector

    def __post_init__(self) -> None:
        for part in ("train", "test"):
            images, labels = getattr(self, f"{part}_images"), getattr(self, f"{part}_labels")
            _check_images(f"{self.name!r}: {part}_images", images)
            _check_labels(f"{self.name!r}: {part}_labels", labels, len(images))
            object.__setattr__(self, f"{part}_images", _freeze(images))
            object.__setattr__(self, f"{part}_labels", _freeze(labels))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the four arrays' shapes and bytes, as 64 hexadecimal digits."""
        return fingerprint_arrays((self.train_images, self.train_labels, self.test_images, self.test_labels))


def _check_images(name: str, images: object) -> None:
    wanted = f"{name} must be a uint8 array of shape (n, {SIDE}, {SIDE})"
    if not isinstance(images, np.ndarray):
        raise InputError(f"{wanted}, got {type(images).__name__}.")
    if images.dtype != np.uint8:
        raise InputError(f"{wanted}, got {images.dtype} {images.shape}: store grey values 0 to 255 as uint8.")
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE):  # noqa: PLR2004 - images, rows, columns
        raise InputError(f"{wanted}, got {images.dtype} {images.shape}: reshape or resize the images.")
    if len(images) == 0:
        raise InputError(f"{name} must hold at least one image, got none: the set is empty.")


def _check_labels(name: str, labels: object, num_images: int) -> None:
    wanted = f"{name} must be an integer array of shape ({num_images},)"
    if not isinstance(labels, np.ndarray):
        raise InputError(f"{wanted}, got {type(labels).__name__}.")
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        raise InputError(f"{wanted}, got {labels.dtype} {labels.shape}: store one class number for each image.")
    if len(labels) != num_images:
        raise InputError(f"{wanted}, one for each image, got {len(labels)}: images and labels do not belong together.")
    outside = np.flatnonzero((labels < 0) | (labels >= NUM_CLASSES))
    if outside.size:
        first = int(outside[0])
        raise InputError(f"{name} must be 0 to {NUM_CLASSES - 1}, got {labels[first]} at index {first}.")


def _freeze(array: AnyArray) -> AnyArray:
    frozen = np.ascontiguousarray(array, dtype=np.uint8).view()
    frozen.flags.writeable = False
    return frozen


def default_source() -> str:
    """The source that the environment variable MNIST_CORE_DATA names, or "auto" where it is unset or empty."""
    return os.environ.get(SOURCE_VARIABLE) or "auto"


def choose_source(given: str | None = None, *, is_read: bool = True) -> str:
    """The source that was given, or `default_source()`: a path is checked as far as can be without reading the digits.

    Args:
        given: What the user gave; None or empty takes the default.
        is_read: False where nothing reads digits, so that a default that is wrong does not matter.

    Raises:
        InputError: There is no such file or folder, or it holds no digits; one line that says what to do.
    """
    source = given or default_source()
    if source not in SOURCES and (given or is_read):
        _open_path(source, find_files, check_archive)
    return source


def load_digits(source: str | None = None, *, say: Say = say_nothing) -> Digits:
    """The digits from a source, checked; nothing is half loaded.

    Args:
        source: Where the digits come from: "mnist" (Keras' cache or a download), "synthetic" (drawn here, cached),
            "auto" (mnist if it is cached or can be had within a few seconds, else synthetic), the path of an .npz in
            Keras' layout or of a folder with the four IDX files. A keyword goes before a file of that name: write
            ./mnist for the latter. None is `default_source()`.
        say: Is given a line when MNIST is downloaded, when auto falls back and when synthetic digits are drawn.

    Raises:
        InputError: The source is unknown or its digits are bad; one line that says what to do.

    Example:
        >>> digits = load_digits()
        >>> digits.train_images.shape[1:]
        (28, 28)
    """
    chosen = default_source() if source is None else source
    if chosen == "auto":
        return _load_auto(say)
    if chosen == "mnist":
        return _make("mnist", *keras_mnist.load_mnist(say=say))
    if chosen == "synthetic":
        return _make("synthetic", *load_synthetic(say=say))
    return _load_path(chosen)


def _load_auto(say: Say) -> Digits:
    try:
        return _make("mnist", *keras_mnist.load_mnist_quickly())
    except InputError as error:
        say(f"using synthetic digits: {error}")
    return _make("synthetic", *load_synthetic(say=say))


def _load_path(source: str) -> Digits:
    name, arrays = _open_path(source, read_idx_folder, read_archive)
    return _make(name, *arrays)


def _open_path(
    source: str, open_folder: Callable[[Path], Opened], open_archive: Callable[[Path, str], Opened]
) -> tuple[str, Opened]:
    """The name of a path, and what one of the two makes of it.

    Raises:
        InputError: There is nothing of either kind.
    """
    path = Path(source)
    try:
        if source and not path.name:
            path = path.resolve()  # "." has no name of its own
        if source and path.is_dir():
            return path.name, open_folder(path)
        if path.is_file():
            return path.name, open_archive(path, path.name)
        state = "neither a file nor a folder" if source and path.exists() else "no such file or folder"
    except OSError as error:  # the path is too long, or a folder on it is closed to this user
        state = str(error.strerror).lower()
    raise InputError(
        f"The source of the digits must be {', '.join(SOURCES)}, an .npz file or a folder of IDX files, "
        f"got {source!r}: {state}."
    )


def _make(name: str, *arrays: AnyArray) -> Digits:
    train_images, train_labels, test_images, test_labels = arrays
    return Digits(
        name,
        cast("Pictures", train_images),
        cast("LabelVector", train_labels),
        cast("Pictures", test_images),
        cast("LabelVector", test_labels),
    )
