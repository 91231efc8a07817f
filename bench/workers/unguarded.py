"""What is wrong with a program that measures where the processes that measure import it."""

from __future__ import annotations

from mnist_core import InputError  # a revision has it there, wherever else


class UnguardedError(InputError):
    """A worker has imported a program that measures: the program is wrong, whatever the pipeline."""
