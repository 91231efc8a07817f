"""Profiles some steps of a training so that xprof, and TensorBoard's Profile tab, find them.

xprof finds a step by a marker: an event on the host that carries the argument ``_r=1``, "this is a step". The stock
callback, ``keras.callbacks.TensorBoard(profile_batch=...)``, leaves this one argument out, so that its traces show "No
step marker observed" and zeros, however long the training. Here every step has a marker, around the whole step: Keras'
``fit`` calls ``on_train_batch_begin`` before its train function fetches the batch, and so does `run_loop`.

A second trap is cured after the capture. Where a trace holds the iterations of a graph's loop, such as the loop over
batches that ``steps_per_execution`` above 1 makes, or a ``tf.while_loop`` in a model or in ``map``, xprof takes these
for the steps and drops all markers. It knows them by an argument ``iter_num`` above 0; in the trace it is always 0, and
``loop_iter_num`` keeps the number.

xprof's tables leave out the first and the last marked step where there are six or more.

    with ProfileSteps(folder, StepWindow(20, 40)) as profile:
        model.fit(dataset, epochs=5, callbacks=[profile])

    with StepProfiler(folder, StepWindow(20, 40)) as profiler:
        for step in range(100):
            with profiler.mark(step):
                train_step(*next(batches))
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import keras
import tensorflow as tf

from mnist_core.language.errors import InputError
from mnist_core.profiling.step_trace import MARKER, StepTrace, finish_step_trace
from mnist_core.profiling.window import StepWindow
from mnist_core.training.resume import Logs


class StepProfiler:
    """Marks the steps of a loop and profiles those of one window; a context manager that always stops the profiler.

    The first step that it sees is never profiled, since that one builds the graph, also in a training that goes on
    where another stopped. An execution of several batches is one step with one marker, which holds its ``num_batches``;
    profiling begins with the first execution that begins at or after the window's start and takes at least one.

    Args:
        folder: takes the trace, in TensorBoard's layout.
        window: what to profile.

    Example:
        >>> with StepProfiler(Path("traces"), StepWindow(2, 5)) as profiler:
        ...     for step, batch in enumerate(dataset.take(8)):
        ...         with profiler.mark(step):
        ...             loss = model.train_on_batch(*batch)
    """

    def __init__(self, folder: Path, window: StepWindow) -> None:
        self.folder, self.window = folder, window
        self.trace: StepTrace | None = None
        self._running = False
        self._mark: Any = None
        self._step: int | None = None
        self._num_marked = 0

    def __enter__(self) -> StepProfiler:
        """Make the folder and load the profiler, so that what can fail does so before the training.

        Raises:
            InputError: a profiler is running already, or the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{self.folder} cannot be written: {error.strerror}. Choose another folder.") from None
        self._start("")
        self._stop(save=False)
        self.trace, self._step, self._num_marked = None, None, 0
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close(save=kind is None)

    @contextmanager
    def mark(self, step: int) -> Iterator[None]:
        """Mark step number `step`; what fetches its batch belongs inside. A step that fails is not marked."""
        self.begin(step)
        try:
            yield
        except BaseException:
            self.drop()
            raise
        self.end(step + 1)

    def begin(self, step: int) -> None:
        """Begin the execution whose first batch is number `step`."""
        if self._is_due(step):
            tf.test.experimental.sync_devices()  # what a GPU still has to do belongs to the steps before
            self._start(str(self.folder))
        self._step = step
        if self._running:
            self._mark = tf.profiler.experimental.Trace(MARKER, step_num=step)

    def end(self, next_step: int) -> None:
        """End the execution; the next one begins with batch number `next_step`."""
        if self._mark is None or self._step is None:
            return
        self._mark.set_metadata(_r=1, num_batches=next_step - self._step)  # only here: a failed step is none
        self.drop()
        self._num_marked += 1
        if next_step >= self.window.stop:
            self._stop(save=True)

    def drop(self) -> None:
        """End the event of a step that did not come to its end; harmless if there is none."""
        if self._mark is not None:
            self._mark.__exit__(None, None, None)
            self._mark = None

    def close(self, *, save: bool) -> None:
        """Stop the profiler; harmless if it is stopped.

        Args:
            save: keep what was captured of the window, and warn if that is not all; else throw it away.
        """
        self.drop()
        if self._running:
            self._stop(save=save and self._num_marked > 0)
        if save and (self.trace is None or self.trace.last_step + 1 < self.window.stop):
            captured = f"the trace ends with step {self.trace.last_step}" if self.trace else "there is no trace"
            warnings.warn(
                f"training ended before the profiled steps {self.window} were done: {captured}.", stacklevel=2
            )

    def _is_due(self, step: int) -> bool:
        if self._running or self.trace or self._step is None or step < self.window.start:
            return False
        return step < self.window.stop or self._step < self.window.start

    def _start(self, folder: str) -> None:
        try:
            tf.profiler.experimental.start(folder)
        except tf.errors.AlreadyExistsError:
            raise InputError(
                "a profiler is running already in this process, and there can be only one: "
                "end it with tf.profiler.experimental.stop(), or do without this one."
            ) from None
        self._running = True

    def _stop(self, *, save: bool) -> None:
        self._running = False
        if not save:
            tf.profiler.experimental.stop(save=False)
            return
        tf.test.experimental.sync_devices()  # else a GPU's last step would be cut off
        try:
            tf.profiler.experimental.stop()
        except tf.errors.OpError as error:
            raise InputError(f"the trace cannot be written to {self.folder}: {error.message}.") from None
        self.trace = finish_step_trace(self.folder)


class ProfileSteps(keras.callbacks.Callback):
    """A StepProfiler as a callback, for ``fit`` and every loop that calls Keras' callbacks as ``fit`` does.

    It should stand first among the callbacks, so that the work of the others at the end of a batch is not marked. Keras
    tells its callbacks nothing when training fails: in a ``with`` statement the profiler is stopped then, too.

    Args:
        folder: takes the trace, in TensorBoard's layout.
        window: what to profile, in steps from the beginning of training, whatever ``initial_epoch`` is.

    Example:
        >>> with ProfileSteps(Path("traces"), StepWindow(2, 5)) as profile:
        ...     history = model.fit(dataset, steps_per_epoch=8, callbacks=[profile], shuffle=False, verbose=0)
        >>> profile.trace.first_step
        2
    """

    def __init__(self, folder: Path, window: StepWindow) -> None:
        super().__init__()
        self._profiler = StepProfiler(folder, window)
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
