"""Small trainings, and a Ctrl-C in the middle of one."""

import keras

from mnist_core.language.ordering import parse_ordering
from mnist_core.language.spec import PipelineSpec, TrainSpec

FINITE = "shuffle(200).batch(32).map()"


def spec(text: str = FINITE, *, labels="onehot", normalize="pipeline", **choices) -> TrainSpec:
    pipeline = PipelineSpec(parse_ordering(text), labels, normalize)
    return TrainSpec(pipeline, **{"epochs": 3, "model": "linear", **choices})


class Interrupt(keras.callbacks.Callback):
    """Ctrl-C in the middle of an epoch."""

    def __init__(self, epoch: int) -> None:
        super().__init__()
        self._at, self._epoch = epoch, 0

    def on_epoch_begin(self, epoch, logs=None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None) -> None:
        if self._epoch == self._at and batch >= self.params["steps"] // 2:
            raise KeyboardInterrupt
