"""Pictures that carry their number, so that the order in which a pipeline gives them can be read back."""

from __future__ import annotations

import numpy as np

from mnist_core import SIDE

NUM_DIGITS = 3  # pixels that hold an example's number, to the base 256: enough for 16 million
BASE = 256


def number_images(count: int) -> np.ndarray:
    """Black pictures, uint8 of shape (count, 28, 28), whose first pixels tell their number."""
    images = np.zeros((count, SIDE, SIDE), np.uint8)
    numbers = np.arange(count)
    for place in range(NUM_DIGITS):
        images[:, 0, place] = numbers // BASE**place % BASE
    return images


def read_numbers(images: np.ndarray) -> np.ndarray:
    """The numbers of pictures that may have been scaled to 0 to 1, int64 of shape (batch,)."""
    pixels = images[:, 0, :NUM_DIGITS]
    if pixels.dtype != np.uint8:
        pixels = np.rint(pixels * (BASE - 1))
    return pixels.astype(np.int64) @ BASE ** np.arange(NUM_DIGITS)
