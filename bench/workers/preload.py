"""Imported by the fork server before it forks: TensorFlow, once, quietly, and without a runtime yet."""

import signal

from mnist_core import import_tensorflow


def _import_uninterrupted() -> None:
    """Import TensorFlow; Ctrl-C meanwhile is for the command, which stops this process, and not for the import."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        import_tensorflow()
    finally:
        signal.signal(signal.SIGINT, before)  # what is forked begins with this


_import_uninterrupted()
