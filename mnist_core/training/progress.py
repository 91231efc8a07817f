"""How far training has come: a bar with the time left on a terminal, a line an epoch elsewhere."""

from __future__ import annotations

import keras
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from mnist_core.profiling.callback import Logs


class TrainingProgress(keras.callbacks.Callback):
    """Shows the progress of any of the three loops on `console`.

    Args:
        console: Console to show the progress on.
        num_epochs: Epochs of the whole run, resumed ones included.
    """

    def __init__(self, console: Console, num_epochs: int) -> None:
        super().__init__()
        self._console, self._num_epochs = console, num_epochs
        self._progress = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[values]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("train", epoch=f"1/{num_epochs}", values="", total=None)
        self._done = 0

    def on_train_begin(self, logs: Logs = None) -> None:  # noqa: ARG002
        """Show the bar."""
        self._progress.start()

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:  # noqa: ARG002
        """Name the epoch; the total is the steps still to come, so that the time left is that of the whole run."""
        left = self._num_epochs - epoch
        self._progress.update(self._task, epoch=f"{epoch + 1}/{self._num_epochs}")
        self._progress.update(self._task, total=self._done + left * self.params["steps"])

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:  # noqa: ARG002
        """Move the bar."""
        self._done += 1
        self._progress.update(self._task, completed=self._done)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Show the epoch's loss and accuracy."""
        values = f"loss {float((logs or {})['loss']):.4f}, accuracy {float((logs or {})['accuracy']):.4f}"
        self._progress.update(self._task, values=values)
        if not self._console.is_terminal:
            self._console.print(f"epoch {epoch + 1}/{self._num_epochs}: {values}", highlight=False)

    def on_train_end(self, logs: Logs = None) -> None:  # noqa: ARG002
        """Take the bar away."""
        self.close()

    def shown(self) -> str:
        """What the bar says, in words."""
        task = self._progress.tasks[0]
        return f"epoch {task.fields['epoch']}: {task.completed:g} of {task.total:g} steps"

    def close(self) -> None:
        """Take the bar away; harmless if it is gone."""
        self._progress.stop()
