"""The operating system's cache of files in memory, emptied of some of them: for readings from the disk itself."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def drop_from_page_cache(paths: Iterable[Path | str | bytes]) -> bool:
    """True when the kernel was told to forget the files' pages; False where the platform has no such call.

    Advice, not an order: pages that are not yet on the disk, that are mapped, or that belong to a file system in memory
    stay.

    Raises:
        OSError: A file cannot be opened.

    Example:
        >>> files = PipelineSpec(spec.ordering, source="tfrecord")
        >>> is_cold = drop_from_page_cache(load_source(files, digits.train_images, digits.train_labels))
    """
    if not hasattr(os, "posix_fadvise"):
        return False
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)
    return True
