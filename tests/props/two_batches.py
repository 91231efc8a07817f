"""A subject of two batches of arrays, which is no dataset: nothing of it is known but its batches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from reports.record.case import Subject

ARRAYS = (np.ones((3, 2), np.float32), np.zeros((2, 2), np.float32))
SUBJECT = Subject("loader", "two_batches", "two_batches:TwoBatches")


class TwoBatches:
    """Three examples, then two; every epoch begins anew."""

    data_name, data_fingerprint, num_batches = "two", "ab" * 32, 2

    def __init__(self) -> None:
        self.num_opened = 0

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        self.num_opened += 1
        return iter([(batch, batch[:, 0]) for batch in ARRAYS])

    def open(self) -> TwoBatches:
        return self
