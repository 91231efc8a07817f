"""Four arrays as a reader found them, before anything is checked, and their fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

AnyArray = np.ndarray[Any, np.dtype[Any]]

MAX_EXAMPLES = (
    1_000_000  # EMNIST, the largest of MNIST's family, has 814255; a larger count is a broken or hostile file
)


class RawDigits(NamedTuple):
    """What a reader hands to `Digits`, which checks it: images and labels for training, then for testing."""

    train_images: AnyArray
    train_labels: AnyArray
    test_images: AnyArray
    test_labels: AnyArray


def fingerprint_arrays(arrays: Iterable[AnyArray]) -> str:
    """SHA-256 of the arrays' shapes and bytes, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(repr(array.shape).encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
