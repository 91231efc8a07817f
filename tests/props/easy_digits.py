"""Digits that are easy to learn."""

import numpy as np

from mnist_core.digits.load import Digits


def make_digits(num_train: int, num_test: int, seed: int = 0) -> Digits:
    """Digits that are easy to learn: the label is the row of a bright bar, in noise."""

    def draw(count: int) -> tuple[np.ndarray, np.ndarray]:
        labels = generator.integers(0, 10, count).astype(np.uint8)
        images = generator.integers(0, 60, (count, 28, 28)).astype(np.uint8)
        images[np.arange(count), 4 + 2 * labels.astype(int)] = 255
        return images, labels

    generator = np.random.default_rng(seed)
    return Digits("bars", *draw(num_train), *draw(num_test))
