"""The digits: pictures and labels from MNIST, a file, a folder or drawn; checked and fingerprinted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

NUM_CLASSES = 10
SIDE = 28

Pictures = np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]
LabelVector = np.ndarray[tuple[int], np.dtype[np.uint8]]


@dataclass(frozen=True, eq=False)
class Digits:
    """A training and a test set of digits.

    Args:
        name: where they come from: "mnist", "synthetic", or the file's or folder's name.
        train_images: uint8 of shape (num_train, 28, 28).
        train_labels: uint8 of shape (num_train,), 0 to 9.
        test_images: uint8 of shape (num_test, 28, 28).
        test_labels: uint8 of shape (num_test,), 0 to 9.
    """

    name: str
    train_images: Pictures
    train_labels: LabelVector
    test_images: Pictures
    test_labels: LabelVector

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the four arrays' shapes and bytes, as 64 hexadecimal digits."""
        digest = hashlib.sha256()
        for array in (self.train_images, self.train_labels, self.test_images, self.test_labels):
            digest.update(repr(array.shape).encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()
