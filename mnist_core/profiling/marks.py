"""How a step is marked: one event around it, by which a profiler's tables know that it is a step.

xprof, which fills TensorBoard's Profile tab, takes an event of the host for a step if it carries the argument
``_r=1``. The stock callback, ``keras.callbacks.TensorBoard(profile_batch=...)``, leaves this one argument out, so that
the tab shows "No step marker observed" and zeros, however long the training. A mark stands around the whole step, the
fetch of its batch included, or the wait for input would not be seen.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from mnist_core.files.xspace_repair import ROOT_LEVEL, STEP_NUMBER

MARK = "train"  # the name of the event; xprof calls a step by it and its number
NUM_BATCHES = "num_batches"  # an argument of ours: an execution of several batches is one step


class StepMark:
    """The event around one step, from when it is made until it is ended or dropped.

    Args:
        step: Number of the step, or of the first batch where the step takes several.
    """

    def __init__(self, step: int) -> None:
        self._step = step
        self._event: Any = tf.profiler.experimental.Trace(MARK, **{STEP_NUMBER: step})

    def end(self, next_step: int) -> None:
        """End the step. Only now does it become one, so that a step that fails is none.

        Args:
            next_step: Number of the batch that comes after this step.
        """
        self._event.set_metadata(**{ROOT_LEVEL: 1, NUM_BATCHES: next_step - self._step})
        self.drop()

    def drop(self) -> None:
        """End the event of a step that did not come to its end."""
        self._event.__exit__(None, None, None)
