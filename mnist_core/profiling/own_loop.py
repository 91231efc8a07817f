"""Profiles some steps of a loop of one's own, each of them marked.

    with StepProfiler("logs", "20:40") as profiler:
        for step in range(100):
            with profiler.mark(step):
                train_step(*next(batches))

Where there are six marked steps or more, TensorBoard and mnist-report count neither the first nor the last.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import tensorflow as tf

from mnist_core.language.errors import InputError
from mnist_core.profiling.marks import StepMark
from mnist_core.profiling.step_trace import StepTrace, finish_step_trace
from mnist_core.profiling.window import WindowLike, read_step_window


class StepProfiler:
    """Marks the steps of a loop and profiles those of one window; a context manager that always stops the profiler.

    The first step that it sees is never profiled, since that step builds the graph, also in a training that goes on
    where another stopped. An execution of several batches is one step with one mark, which holds its ``num_batches``.
    Profiling begins with the first execution that begins at or after the window's start, and takes at least one.

    Args:
        folder: Folder that takes the trace, in TensorBoard's layout; it is made if it is missing.
        window: Steps to profile, as ``"20:40"``, ``(20, 40)`` or a StepWindow: step 20 up to, not including, step 40.

    Raises:
        InputError: The folder is no path or is a file, or the window is written otherwise or out of range.

    Example:
        >>> with StepProfiler("traces", "2:5") as profiler:
        ...     for step, batch in enumerate(dataset.take(8)):
        ...         with profiler.mark(step):
        ...             loss = model.train_on_batch(*batch)
    """

    def __init__(self, folder: str | os.PathLike[str], window: WindowLike) -> None:
        self.folder = read_folder(folder, "StepProfiler(folder)")
        self.window = read_step_window(window, "StepProfiler(window)")
        self.trace: StepTrace | None = None
        self._running = False
        self._mark: StepMark | None = None
        self._step: int | None = None
        self._num_marked = 0

    def __enter__(self) -> StepProfiler:
        """Make the folder and load the profiler, so that what can fail does so before the training.

        Raises:
            InputError: A profiler is running already, or the folder cannot be written.
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
        """Mark a step; what fetches its batch belongs inside. A step that fails is not marked.

        Args:
            step: Number of the step, counted from 0 at the beginning of training.
        """
        self.begin(step)
        try:
            yield
        except BaseException:
            self.drop()
            raise
        self.end(step + 1)

    def begin(self, step: int) -> None:
        """Begin an execution.

        Args:
            step: Number of its first batch, counted from 0 at the beginning of training.
        """
        if self._is_due(step):
            tf.test.experimental.sync_devices()  # what a GPU still has to do belongs to the steps before
            self._start(str(self.folder))
        self._step = step
        if self._running:
            self._mark = StepMark(step)

    def end(self, next_step: int) -> None:
        """End the execution.

        Args:
            next_step: Number of the batch with which the next execution begins.
        """
        if self._mark is None:
            return
        self._mark.end(next_step)
        self._mark = None
        self._num_marked += 1
        if next_step >= self.window.stop:
            self._stop(save=True)

    def drop(self) -> None:
        """End the event of a step that did not come to its end; harmless if there is none."""
        if self._mark is not None:
            self._mark.drop()
            self._mark = None

    def close(self, *, save: bool) -> None:
        """Stop the profiler; harmless if it is stopped.

        Args:
            save: True to keep what was captured of the window, and warn if that is not all; False to throw it away.
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


def read_folder(folder: object, name: str) -> Path:
    """The folder that a caller has given as str or as Path.

    Args:
        folder: What the caller gave, which may be anything.
        name: Name of the parameter, with which an error begins, such as ``StepProfiler(folder)``.

    Raises:
        InputError: It is no path, or a file.
    """
    path = os.fspath(folder) if isinstance(folder, str | os.PathLike) else None
    if not isinstance(path, str) or not path:
        raise InputError(f'{name} must be a path as str or Path, such as "logs", got {folder!r}.')
    if Path(path).is_file():
        raise InputError(f"{name} must be a folder, got the file {path}: choose another path.")
    return Path(path)
