"""Profiles some steps of Keras' ``fit``, or of any loop that calls its callbacks as ``fit`` does.

    with ProfileSteps("logs", "100:120") as profile:
        model.fit(dataset, epochs=2, callbacks=[profile])

``fit`` calls ``on_train_batch_begin`` before its train function fetches the batch, and so does
`mnist_core.training.loops`: the mark stands around the whole step.
"""

from __future__ import annotations

import os
from types import TracebackType
from typing import Any

import keras

from mnist_core.profiling.own_loop import StepProfiler, read_folder
from mnist_core.profiling.step_trace import StepTrace
from mnist_core.profiling.window import WindowLike, read_step_window

Logs = dict[str, Any] | None  # what Keras gives to a callback


class ProfileSteps(keras.callbacks.Callback):
    """A StepProfiler as a callback, for ``fit`` and every loop that calls Keras' callbacks as ``fit`` does.

    It should stand first among the callbacks, so that the work of the others at the end of a batch is not marked. Keras
    tells its callbacks nothing when training fails: in a ``with`` statement the profiler is stopped then, too.

    Args:
        folder: Folder that takes the trace, in TensorBoard's layout; it is made if it is missing.
        window: Steps to profile, as ``"20:40"``, ``(20, 40)`` or a StepWindow: step 20 up to, not including, step 40.
            They are counted from the beginning of training, whatever ``initial_epoch`` is.

    Raises:
        InputError: The folder is no path or is a file, or the window is written otherwise or out of range.

    Example:
        >>> with ProfileSteps("traces", "2:5") as profile:
        ...     history = model.fit(dataset, steps_per_epoch=8, callbacks=[profile], shuffle=False, verbose=0)
        >>> profile.trace.first_step
        2
    """

    def __init__(self, folder: str | os.PathLike[str], window: WindowLike) -> None:
        super().__init__()
        self._profiler = StepProfiler(
            read_folder(folder, "ProfileSteps(folder)"), read_step_window(window, "ProfileSteps(window)")
        )
        self._epoch_start = self._next_step = 0

    @property
    def trace(self) -> StepTrace | None:
        """What was captured so far."""
        return self._profiler.trace

    def __enter__(self) -> ProfileSteps:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._profiler.close(save=False)  # where training came to its end, that is done already

    def on_train_begin(self, logs: Logs = None) -> None:  # noqa: ARG002
        """Check that training reaches the window, where its length is known, and load the profiler."""
        steps, epochs = self.params.get("steps"), self.params.get("epochs")
        if steps and epochs:
            self._profiler.window.check_within(steps * epochs)
        self._next_step = 0
        self._profiler.__enter__()

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:  # noqa: ARG002
        """Count from the beginning of training, or, where nobody knows an epoch's length, from that of this one."""
        steps = self.params.get("steps")
        self._epoch_start = epoch * steps if steps else self._next_step

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:  # noqa: ARG002
        """Begin a step; `batch` is the first one of an execution."""
        self._profiler.begin(self._epoch_start + batch)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:  # noqa: ARG002
        """End a step; `batch` is the last one of an execution."""
        self._next_step = self._epoch_start + batch + 1
        self._profiler.end(self._next_step)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:  # noqa: ARG002
        """Drop the step in which the data ran out, to which ``fit`` calls no end."""
        self._profiler.drop()

    def on_train_end(self, logs: Logs = None) -> None:  # noqa: ARG002
        """Stop the profiler, also where training ended early."""
        self._profiler.close(save=True)
