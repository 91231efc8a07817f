"""Small archives in Keras' layout, for the tests that read them."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest

from mnist_core.digits.load import load_digits
from mnist_core.language.errors import InputError

Arrays = dict[str, np.ndarray]


def make_arrays(num_train: int = 5, num_test: int = 2) -> Arrays:
    return {
        "x_train": np.arange(num_train * 784, dtype=np.uint32).reshape(-1, 28, 28).astype(np.uint8),
        "y_train": np.arange(num_train, dtype=np.uint8),
        "x_test": np.full((num_test, 28, 28), 7, np.uint8),
        "y_test": np.arange(9, 9 - num_test, -1, dtype=np.uint8),
    }


def encode_npz(arrays: Arrays, **options: bool) -> bytes:
    file = io.BytesIO()
    (np.savez_compressed if options.get("compressed") else np.savez)(file, **arrays)
    return file.getvalue()


def check_one_line(source: str, text: str) -> None:
    """Loading fails with exactly this one line; `text` is a regular expression."""
    with pytest.raises(InputError) as caught:
        load_digits(source)
    assert re.fullmatch(text, str(caught.value)), str(caught.value)
