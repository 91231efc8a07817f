"""What makes a resumed run equal to an uninterrupted one: all that changes is restored, or a function of the epoch.

The weights and the optimizer, whose count of steps says the epoch, are one file, written beside and renamed: it is
whole, or it is not there. Keras' BackupAndRestore writes in place, and what a kill leaves of a first backup is of no
use. The best loss so far, the wait of ReduceLROnPlateau, the random state of dropout and the history are here too. The
place in the shuffled data comes back because ``train`` skips to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from mnist_core.files.whole_file import write_whole_by
from mnist_core.profiling.callback import Logs
from mnist_core.training.run_folder import EpochResult

WEIGHTS = "latest.weights.h5"


def restore_epoch(model: keras.Model, backup: Path, steps_per_epoch: int) -> int | None:
    """Load the backup into `model` and return the number of epochs that it has behind it; 0 without one.

    Returns:
        None if there is one that cannot be read, after which `model` is of no use.
    """
    weights = backup / WEIGHTS
    if not weights.exists():
        return 0
    model.optimizer.build(model.trainable_variables)
    try:
        model.load_weights(weights)
    except (OSError, ValueError, KeyError):
        return None
    return int(model.optimizer.iterations) // steps_per_epoch


class Backup(keras.callbacks.Callback):
    """Keeps the weights and the optimizer after every epoch.

    Args:
        folder: Folder for them.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._file = folder / WEIGHTS

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:  # noqa: ARG002
        """Write them, whole or not at all."""
        write_whole_by(self._file, self.model.save_weights)


class EpochSeeds(keras.callbacks.Callback):
    """Sets the random state of every dropout layer at the start of an epoch, from the seed and the epoch's number."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:  # noqa: ARG002
        """Set the states."""
        for index, layer in enumerate(self.model.layers):
            if isinstance(layer, keras.layers.Dropout):
                state = np.random.SeedSequence((self._seed, epoch, index)).generate_state(2)
                layer.seed_generator.state.assign(state.astype(layer.seed_generator.state.dtype))


class PastEpochs(keras.callbacks.Callback):
    """Tells ReduceLROnPlateau and ModelCheckpoint, when training begins, of the epochs that are already done.

    Args:
        epochs: Results of the epochs that are done.
        plateau: Is shown every past loss, which also sets the learning rate anew.
        checkpoint: Is given the best loss, so that a worse epoch does not replace the best model.
    """

    def __init__(
        self,
        epochs: Sequence[EpochResult],
        plateau: keras.callbacks.ReduceLROnPlateau,
        checkpoint: keras.callbacks.ModelCheckpoint,
    ) -> None:
        super().__init__()
        self._epochs, self._plateau, self._checkpoint = epochs, plateau, checkpoint

    def on_train_begin(self, logs: Logs = None) -> None:  # noqa: ARG002
        """Replay the past; it must stand after the two callbacks in the list."""
        if self._epochs:
            self.model.optimizer.learning_rate = self._epochs[0].learning_rate
            self._checkpoint.best = min(epoch.loss for epoch in self._epochs)
        for epoch in self._epochs:
            self._plateau.on_epoch_end(epoch.epoch - 1, {"loss": epoch.loss})
