"""What makes a resumed run equal to an uninterrupted one: all that changes is restored, or a function of the epoch.

Keras' BackupAndRestore brings back the weights, the optimizer and the epoch. It does not bring back the best loss so
far, the wait of ReduceLROnPlateau, the random state of dropout and the history: these are here. The place in the
shuffled data comes back because ``train`` skips to it.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from mnist_core.files.whole_file import write_json
from mnist_core.language.errors import InputError
from mnist_core.profiling.callback import Logs
from mnist_core.training.run_folder import EpochResult

WEIGHTS = "latest.weights.h5"  # the names of Keras 3's callbacks/backup_and_restore.py
METADATA = "training_metadata.json"


def restore_epoch(model: keras.Model, backup: Path, steps_per_epoch: int) -> int:
    """Load the backup into `model`, settle its metadata and return the number of epochs that it has behind it.

    BackupAndRestore writes weights and epoch one after the other, so a kill between the two leaves them apart. The
    optimizer's step count is part of the weights: it says the epoch, and the metadata is written again from it.

    Raises:
        InputError: Neither the last backup nor the one before it can be read.
    """
    weights = backup / WEIGHTS
    if not weights.exists():
        return 0
    model.optimizer.build(model.trainable_variables)
    _load_newest(model, weights)
    epoch = int(model.optimizer.iterations) // steps_per_epoch
    write_json(backup / METADATA, {"epoch": epoch, "batch": 0})
    return epoch


def _load_newest(model: keras.Model, weights: Path) -> None:
    previous = weights.with_name(f"{WEIGHTS}.bkp")
    try:
        model.load_weights(weights)
    except (OSError, ValueError, KeyError):
        try:
            shutil.copy(previous, weights)
            model.load_weights(weights)
        except (OSError, ValueError, KeyError):
            raise InputError(f"{weights.parent} is damaged: give --restart to begin again.") from None


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
        """Replay the past; it must stand after the two callbacks and BackupAndRestore in the list."""
        if self._epochs:
            self.model.optimizer.learning_rate = self._epochs[0].learning_rate
            self._checkpoint.best = min(epoch.loss for epoch in self._epochs)
        for epoch in self._epochs:
            self._plateau.on_epoch_end(epoch.epoch - 1, {"loss": epoch.loss})
