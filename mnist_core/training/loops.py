"""Two training loops written out: the same step run eagerly, and traced into a graph by ``tf.function``.

Both call Keras' callbacks for epochs and batches as ``fit`` does, so checkpoints, logs and resume work alike with all
three; only the batch callbacks get no values. The loss is cross-entropy alone: the models here have no regularisers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import tensorflow as tf

Step = Callable[[tf.Tensor, tf.Tensor], None]


class TrainStep:
    """One optimizer step on one batch, and the running loss and accuracy of the epoch.

    Args:
        model: Compiled model, whose optimizer is used.
        sparse: True if labels are int64 (batch,) rather than one-hot float32 (batch, 10).

    Example:
        >>> import keras
        >>> model = build_model("linear")
        >>> model.compile(keras.optimizers.Adam())
        >>> step = TrainStep(model, sparse=False)
        >>> step(*next(iter(dataset)))
        >>> sorted(step.logs())
        ['accuracy', 'loss']
    """

    def __init__(self, model: keras.Model, *, sparse: bool) -> None:
        self.model = model
        losses, metrics = keras.losses, keras.metrics
        self.loss_of = losses.SparseCategoricalCrossentropy() if sparse else losses.CategoricalCrossentropy()
        self.accuracy = metrics.SparseCategoricalAccuracy() if sparse else metrics.CategoricalAccuracy()
        self.loss = keras.metrics.Mean()

    def __call__(self, images: tf.Tensor, labels: tf.Tensor) -> None:
        """Step once.

        Args:
            images: Pictures as the model takes them, (batch, 28, 28).
            labels: Labels in the form that `sparse` says.
        """
        with tf.GradientTape() as tape:
            probabilities = self.model(images, training=True)
            loss = self.loss_of(labels, probabilities)
        variables = self.model.trainable_variables
        self.model.optimizer.apply(tape.gradient(loss, variables), variables)
        self.loss.update_state(loss, sample_weight=tf.shape(images)[0])
        self.accuracy.update_state(labels, probabilities)

    def reset(self) -> None:
        """Start an epoch's loss and accuracy anew."""
        self.loss.reset_state()
        self.accuracy.reset_state()

    def logs(self) -> dict[str, float]:
        """The means over the epoch so far, by the names that ``fit`` uses."""
        return {"accuracy": float(self.accuracy.result()), "loss": float(self.loss.result())}


def run_loop(
    step: TrainStep,
    dataset: tf.data.Dataset,
    *,
    graph: bool,
    steps_per_epoch: int,
    epochs: range,
    callbacks: Sequence[keras.callbacks.Callback],
) -> None:
    """Train for `epochs`, taking `steps_per_epoch` batches each from one iterator over the endless `dataset`."""
    run_step: Step = tf.function(step, reduce_retracing=True) if graph else step
    listeners = keras.callbacks.CallbackList(
        list(callbacks), model=step.model, epochs=epochs.stop, steps=steps_per_epoch
    )
    step.model.stop_training = False
    listeners.on_train_begin()
    batches = iter(dataset)
    for epoch in epochs:
        step.reset()
        listeners.on_epoch_begin(epoch)
        for index in range(steps_per_epoch):
            listeners.on_train_batch_begin(index)
            run_step(*next(batches))
            listeners.on_train_batch_end(index)
        listeners.on_epoch_end(epoch, step.logs())
        if step.model.stop_training:
            break
    listeners.on_train_end()
