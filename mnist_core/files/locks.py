"""Locks of files and folders: they end with their process, however that ends, and leave nothing behind."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from mnist_core.language.errors import InputError

fcntl: Any
try:
    fcntl = importlib.import_module("fcntl")
except ImportError:  # Windows, which has none of these
    fcntl = None


def lock(path: Path) -> int | None:
    """Lock a file or a folder; closing the descriptor that is returned lets it go.

    Returns:
        The descriptor; None where the system or the file system has no such locks.

    Raises:
        BlockingIOError: Another process, or this one, has it.
        FileNotFoundError: It is gone, or became another one meanwhile.
    """
    if fcntl is None:
        return None
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise
    except OSError:
        os.close(descriptor)
        return None
    if not os.path.samestat(os.fstat(descriptor), path.stat()):
        os.close(descriptor)
        raise FileNotFoundError(path)
    return descriptor


@contextmanager
def hold_folder(folder: Path, target: Path | None = None) -> Iterator[None]:
    """Keep other processes out of a folder while the block runs; it is made if need be, and goes if it stays empty.

    Args:
        folder: The folder.
        target: What it is for, where that is not the folder itself.

    Raises:
        InputError: Another process writes into it.
        OSError: It cannot be made.
    """
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = lock(folder)
    except BlockingIOError:
        raise InputError(
            f"another process is writing to {target or folder}: wait until it is done, or choose another --out."
        ) from None
    try:
        yield
    finally:
        if made:
            with suppress(OSError):  # it is not empty
                folder.rmdir()
        if descriptor is not None:
            os.close(descriptor)
