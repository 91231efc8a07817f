"""TensorFlow imported without the lines that its C++ side writes before anybody can turn them off."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

LOG_LEVEL = "2"  # errors only; a user's own TF_CPP_MIN_LOG_LEVEL wins


def import_tensorflow(*, find_devices: bool = False, shows_log: bool = False) -> None:
    """Import TensorFlow and Keras; what they write to stderr is shown only if the import fails.

    Args:
        find_devices: Also start the runtime, which complains of a missing CUDA driver on every machine without a GPU.
            A process that is to fork must not start it.
        shows_log: Let everything through that TensorFlow writes, warnings and what it finds too.

    Example:
        >>> import_tensorflow()
        >>> import tensorflow as tf
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "0" if shows_log else LOG_LEVEL)
    with nullcontext() if shows_log else _stderr_held_back():
        import keras  # noqa: F401, PLC0415
        import tensorflow as tf  # noqa: PLC0415

        if find_devices:
            tf.config.list_physical_devices()


@contextmanager
def _stderr_held_back() -> Iterator[None]:
    """File descriptor 2 goes to a file for a while; absl's C++ log cannot be silenced before it is initialised."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held_back:
        stderr = os.dup(2)
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        except BaseException:
            held_back.seek(0)
            os.write(stderr, held_back.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
